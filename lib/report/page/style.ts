import { STYLE } from '../svg.js'

/** Of the page; the pictures bring theirs. Contrasts of text are at least 4.5 : 1, light and dark. */
export const PAGE_STYLE = `
:root { --paper: #fff; --ink: #1f2328; --quiet: #59636e; --rule: #d1d9e0; --panel: #f6f8fa;
  --good: #1a7f37; --warning: #8a5a00; --bad: #b3261e; --unknown: #59636e; color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0d1117; --ink: #e6edf3; --quiet: #9aa4af; --rule: #30363d; --panel: #161b22;
    --good: #56d364; --warning: #f0b64d; --bad: #ff8a80; --unknown: #9aa4af; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 0.75rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.3rem; margin: 2.2rem 0 0.6rem; padding-top: 0.8rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.1rem; margin: 1.6rem 0 0.4rem; }
h4 { font-size: 1rem; margin: 1rem 0 0.3rem; }
p, ul { margin: 0.4rem 0; }
.quiet, caption, figcaption, small { color: var(--quiet); font-size: 0.875rem; }
small { display: block; }
.answer { border-left: 0.4rem solid; padding: 0.6rem 1rem; background: var(--panel); border-radius: 0.3rem; }
.answer ul { padding-left: 1.2rem; }
.headline { font-size: 1.3rem; font-weight: 650; line-height: 1.3; }
.good { border-color: var(--good); } .good .headline { color: var(--good); }
.warning { border-color: var(--warning); } .warning .headline { color: var(--warning); }
.bad { border-color: var(--bad); } .bad .headline { color: var(--bad); }
.unknown { border-color: var(--unknown); } .unknown .headline { color: var(--unknown); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: 0.75rem; margin: 1rem 0; }
.tiles div { background: var(--panel); border: 1px solid var(--rule); border-radius: 0.4rem; padding: 0.6rem 0.8rem; }
.tiles dt { font-weight: 600; } .tiles dd { margin: 0; } .tiles b { font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; margin: 0.8rem 0; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid; outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.9rem; width: max-content; min-width: min(100%, 20rem); }
caption { text-align: left; padding-bottom: 0.3rem; max-width: 60rem; }
th, td { padding: 0.25rem 0.7rem 0.25rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top;
  overflow-wrap: normal; }
caption span { display: inline-block; position: sticky; left: 0; max-width: calc(100vw - 1.5rem); }
th.figure, td.figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th.word, td.word { max-width: min(34rem, 70vw); overflow-wrap: break-word; }
td code { display: block; min-width: 12rem; max-width: min(34rem, 70vw); }
tbody th { font-weight: 500; }
code { font: 0.82rem ui-monospace, monospace; overflow-wrap: anywhere; }
details { margin: 0.6rem 0; } summary { cursor: pointer; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem 1.5rem; align-items: start; }
.charts figure { max-width: 34rem; } figure { margin: 0.5rem 0; min-width: 0; }
figure svg { display: block; width: 100%; height: auto; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; }
.pictures img { width: 9rem; image-rendering: pixelated; border: 1px solid var(--rule); display: block; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .quiet, caption, figcaption, small { font-size: 8pt; }
  .scroll { overflow: visible; } table { width: auto; max-width: 100%; font-size: 7.5pt; }
  th, td { padding-right: 0.4rem; overflow-wrap: anywhere; } th.figure, td.figure { white-space: normal; }
  td code { min-width: 0; font-size: 7pt; } .charts { grid-template-columns: 1fr 1fr; } figure, tr, .answer, .tiles { break-inside: avoid; } h2, h3, h4 { break-after: avoid; }
}
${STYLE}
`
