// The page: four questions in their order, one file that needs nothing else.
import { version } from '../../version.js'
import { answerOf } from './answer.js'
import { changedSection } from './changed.js'
import { figure } from './chart.js'
import type { Charts } from './charts.js'
import { evidenceSection } from './evidence.js'
import { experimentSection } from './experiments.js'
import type { Folder } from './folder.js'
import { html, raw } from './html.js'
import { ranSection } from './ran.js'
import { measuredModels } from './roles.js'
import { safeSection } from './safe.js'
import { PAGE_STYLE } from './style.js'

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

export async function page(folder: Folder, charts: Charts): Promise<string> {
  const measured = measuredModels(folder)
  const answer = answerOf(folder, measured)
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="icon" href="data:,">
<title>Shellac report: ${answer.headline}</title>
<style>${raw(PAGE_STYLE)}</style>
</head>
<body>
<header><h1>Shellac report</h1>
<p class="quiet">Made by Shellac ${version} from ${folder.hashes.length} ${folder.hashes.length === 1 ? 'file' : 'files'}.</p></header>
<main>
${safeSection(answer, measured)}
${changedSection(folder, measured, [...charts.scores, ...charts.losses].map(figure))}
${await evidenceSection(
  folder,
  charts.audits.map(of => of.map(figure)),
)}
${experimentSection(folder, charts.experiments.map(figure))}
${ranSection(folder)}
</main>
</body>
</html>
`.text
}
