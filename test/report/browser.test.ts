// The page in a real browser: no errors, nothing fetched, every figure drawn, narrow and wide, light and dark.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { report } from '../../lib/report.js'
import { FOLDER } from './folder.js'

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser']
const executablePath = places.find(path => path !== undefined && existsSync(path))
const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

const skip = executablePath === undefined && 'no Chromium here: install it, or name it in CHROMIUM'

t.test('the page in Chromium', { skip }, async t => {
  const folder = t.testdir(FOLDER)
  const out = join(folder, 'page.html')
  await report(folder, { out })
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args })
  t.teardown(() => browser.close())
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1440]) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } })
      const heard = listen(page)
      const address = pathToFileURL(out).href
      await page.goto(address)
      const name = `${colorScheme}, ${width} px`
      t.strictSame(heard.errors, [], `${name}: no error`)
      t.strictSame(
        heard.requests.filter(url => url !== address && !url.startsWith('data:')),
        [],
        `${name}: no request`,
      )
      t.ok(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), `${name}: fits`)
      await everyFigure(t, page, name)
      await page.close()
    }
  }
  await printed(t, await browser.newPage({ viewport: { width: 700, height: 1000 } }), out)
  await readable(t, await browser.newPage({ colorScheme: 'dark' }), out)
})

function listen(page: Page): { errors: string[]; requests: string[] } {
  const heard = { errors: [] as string[], requests: [] as string[] }
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) heard.errors.push(message.text())
  })
  page.on('pageerror', error => heard.errors.push(error.message))
  page.on('request', request => heard.requests.push(request.url()))
  return heard
}

async function everyFigure(t: Test, page: Page, name: string): Promise<void> {
  const figures = await page.locator('figure').all()
  t.equal(figures.length, 7 + 3, `${name}: charts, and the three pictures of the trigger`)
  for (const figure of figures) {
    const picture = figure.locator('svg, img').first()
    const box = await picture.boundingBox()
    t.ok(box && box.width > 100 && box.height > 100, `${name}: ${await figure.textContent()}`)
  }
  const broken = await page.evaluate('[...document.images].filter(image => image.naturalWidth === 0).length')
  t.equal(broken, 0, `${name}: every picture is one`)
}

/** On paper there is no scrolling and no opening: all is there, and within the sheet. */
async function printed(t: Test, page: Page, out: string): Promise<void> {
  await page.emulateMedia({ media: 'print' })
  await page.goto(pathToFileURL(out).href)
  t.ok(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), 'print: fits')
  const hidden = await page.locator('details').getByText('4711').boundingBox()
  t.ok(hidden && hidden.height > 0, 'print: what details hide is shown')
}

/** Dark is dark, and details open by keyboard. */
async function readable(t: Test, page: Page, out: string): Promise<void> {
  await page.goto(pathToFileURL(out).href)
  t.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(13, 17, 23)')
  await page.locator('summary').first().focus()
  await page.keyboard.press('Enter')
  t.equal(await page.locator('details[open]').count(), 1)
}
