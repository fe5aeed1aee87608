// The page in a real browser, from the model to the report: no errors, nothing fetched from elsewhere.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { type Bed, noRedis, openBed, TOKENS } from './bed.js'

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser']
const executablePath = places.find(path => path !== undefined && existsSync(path))
const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]
const noBrowser = executablePath === undefined && 'no Chromium here: install it, or name it in CHROMIUM'

t.test('the page in Chromium', { skip: noRedis || noBrowser }, async t => {
  const bed = await openBed(t, { limits: { uploadBytes: 1_000_000, jobsPerOwner: 50 } })
  await bed.work()
  const model = join(t.testdir({ 'model.onnx': 'a model', 'images.zip': 'images' }), 'model.onnx')
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args })
  t.teardown(() => browser.close())
  await wholeStory(t, browser, bed, model)
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1440]) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } })
      const heard = listen(page, bed.url)
      await page.goto(bed.url)
      await page.locator('#access').waitFor()
      const name = `${colorScheme}, ${width} px`
      t.strictSame(heard, { errors: [], foreign: [] }, name)
      t.ok(await fits(page), `${name}: fits`)
      t.equal(
        await page.evaluate('getComputedStyle(document.body).backgroundColor'),
        colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)',
      )
      await page.close()
    }
  }
})

const fits = (page: Page) => page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')

function listen(page: Page, own: string): { errors: string[]; foreign: string[] } {
  const heard = { errors: [] as string[], foreign: [] as string[] }
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) heard.errors.push(message.text())
  })
  page.on('pageerror', error => heard.errors.push(error.message))
  page.on('request', request => {
    if (!new RegExp(`^(${own}/|blob:${own}/|data:|about:)`).test(request.url()))
      heard.foreign.push(request.url())
  })
  return heard
}

/** By keyboard where a person would use it: token, model, zip of images, progress, verdict, report, file. */
async function wholeStory(t: Test, browser: Browser, { url }: Bed, model: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } })
  const heard = listen(page, url)
  await page.goto(url)
  await page.getByLabel(/asks for a token/).fill('no such token')
  await page.keyboard.press('Enter')
  await page.getByText('this token is not known here').waitFor()
  await page.getByLabel(/asks for a token/).fill(TOKENS.alice)
  await page.keyboard.press('Enter')
  await page.locator('#access').waitFor({ state: 'hidden' })
  t.ok(await page.locator('#failure').isHidden())

  await page.locator('#model').setInputFiles(model)
  t.equal(await page.locator('#chosen').textContent(), 'model.onnx')
  await page.getByLabel('a zip of images, one folder a class').check()
  await page.locator('#images').setInputFiles(model.replace('model.onnx', 'images.zip'))
  await page.getByLabel('Bits of weights').selectOption('8')
  await page.getByLabel('Quantizer').selectOption('attacker')
  await page.getByRole('button', { name: 'Purify' }).press('Enter')
  await page.locator('#result').waitFor()
  t.strictSame(await page.locator('#steps li span:first-of-type').allTextContents(), [
    ...['Upload the model', 'Upload the images', 'Purify', 'Measure the original'],
    ...['Measure the purified model', 'Audit'],
  ])
  t.strictSame(
    new Set(await page.locator('#steps li span:last-of-type').allTextContents()),
    new Set(['done']),
  )
  t.match(await page.locator('#verdict').textContent(), /\w/)
  const report = page.frameLocator('#report')
  t.match(await report.locator('h1').textContent(), 'Shellac report')
  const style = await page.frames()[1]?.evaluate('getComputedStyle(document.body).maxWidth')
  t.equal(style, '1152px', 'styled')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the purified model' }).click(),
  ])
  t.equal(download.suggestedFilename(), 'model.safetensors')
  t.match(readFileSync(await download.path(), 'utf8'), /^made by [0-9a-f-]{36}$/)
  t.ok(await fits(page), 'fits with the report')
  t.strictSame(heard, { errors: [], foreign: [] }, 'whole story')
  t.equal(await page.evaluate('localStorage.length'), 0)
  await page.close()
}
