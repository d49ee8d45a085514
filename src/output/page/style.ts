// How the page looks: light and dark, on paper, from 390 pixels on. Every state is a word; colour only repeats it.

/** Every colour that text has, with the one behind it: a test holds each pair to a contrast of 4.5 to 1. */
export const PALETTES = {
  light: {
    page: '#ffffff',
    panel: '#f4f5f7',
    text: '#1c1c1c',
    faint: '#555555',
    line: '#8a8a8a',
    link: '#0b4f9c',
    good: '#14622b',
    warning: '#7a4a00',
    bad: '#a1121b',
    unknown: '#6a1b78',
  },
  dark: {
    page: '#14161a',
    panel: '#1f2329',
    text: '#ececec',
    faint: '#b4b7bd',
    line: '#7d838c',
    link: '#8fc1ff',
    good: '#7fd69a',
    warning: '#f0c36a',
    bad: '#ff9a9a',
    unknown: '#dcaae8',
  },
} as const;

const variables = (palette: Readonly<Record<string, string>>): string =>
  Object.entries(palette)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(' ');

export const STYLE = `
:root { color-scheme: light dark; ${variables(PALETTES.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(PALETTES.dark)} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
[role="status"] { position: sticky; top: 0; z-index: 1; margin: 0; padding: 0.5rem 1.5rem; background: var(--panel); border-bottom: 1px solid var(--line); font-weight: 700; overflow-wrap: anywhere; }
[role="status"]:empty { padding: 0; border: 0; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem 1.5rem 3rem; }
h1 { font-size: 1.1rem; margin: 0.5rem 0; color: var(--faint); font-weight: 600; }
h2 { font-size: 1.6rem; margin: 2rem 0 0.5rem; overflow-wrap: anywhere; line-height: 1.25; }
h3 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
h4 { font-size: 1rem; margin: 1rem 0 0.25rem; overflow-wrap: anywhere; }
p, li, dd, figcaption { overflow-wrap: anywhere; }
figcaption { color: var(--faint); font-size: 0.9rem; }
figure { margin: 0.5rem 0 1rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: 0.25rem 0; }
th, td { border-bottom: 1px solid var(--line); padding: 0.35rem 0.75rem 0.35rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { border-bottom-width: 2px; overflow-wrap: normal; white-space: nowrap; }
tbody th { font-weight: 400; font-family: ui-monospace, monospace; min-width: 13rem; }
table.keys th { font-family: inherit; color: var(--faint); }
table.wide td { min-width: 9rem; }
table.wide td.fault { min-width: 16rem; }
table.wide td.state { min-width: 0; }
td.entry, td.time, time { white-space: nowrap; }
pre { margin: 0.25rem 0; padding: 0.35rem 0.6rem; border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: 0.25rem 0; }
.state { font-weight: 700; white-space: nowrap; }
.good { color: var(--good); }
.warning { color: var(--warning); }
.bad { color: var(--bad); }
.unknown { color: var(--unknown); }
.faint { color: var(--faint); }
.first { border: 2px solid var(--line); border-left-width: 0.6rem; padding: 0.25rem 1rem 0.75rem; background: var(--panel); }
.first.bad, .first.good, .first.warning, .first.unknown { border-color: currentColor; }
.first > * { color: var(--text); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: 0.75rem; list-style: none; margin: 0; padding: 0; }
.tiles > li { border: 1px solid var(--line); padding: 0.5rem 0.75rem; background: var(--panel); }
.tiles ul { margin: 0.25rem 0 0; padding-left: 1.1rem; font-size: 0.9rem; }
.strip { display: flex; flex-wrap: wrap; gap: 0.25rem; list-style: none; margin: 0; padding: 0; }
.strip > li { border: 1px solid var(--line); border-top: 0.4rem solid currentColor; padding: 0.25rem 0.5rem; font-size: 0.85rem; }
.strip > li > span { color: var(--text); display: block; }
.map { display: block; max-width: 100%; height: auto; }
.map.narrow { display: none; }
.map text { font: 14px system-ui, sans-serif; fill: var(--text); }
.map .word { font-weight: 700; font-size: 13px; fill: currentColor; }
.map .fault { font-size: 12px; }
.map rect { fill: var(--panel); stroke: currentColor; stroke-width: 1.5; }
.map path { fill: none; stroke: var(--line); stroke-width: 1.5; }
.map path.failing { stroke: var(--bad); stroke-width: 4; }
.map .cause rect { stroke-width: 4; }
.map .symptom text { opacity: 0.75; }
.map .symptom rect { stroke-dasharray: 6 4; }
@media (max-width: 44rem) {
  main { padding: 0.5rem 0.75rem 2rem; }
  [role="status"]:not(:empty) { padding-inline: 0.75rem; }
  h2 { font-size: 1.3rem; }
  table.keys tr, table.keys th, table.keys td { display: block; border: 0; padding: 0; }
  table.keys tr { padding: 0.3rem 0; border-bottom: 1px solid var(--line); }
}
@media screen and (max-width: 62rem) {
  .map.wide { display: none; }
  .map.narrow { display: block; }
  table.wide thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table.wide tr { display: block; padding: 0.4rem 0; border-bottom: 1px solid var(--line); }
  table.wide th, table.wide td { display: block; border: 0; padding: 0.1rem 0; }
  table.wide td, table.wide td.fault { display: grid; grid-template-columns: min(9rem, 32%) minmax(0, 1fr); min-width: 0; }
  table.wide td::before { content: attr(data-label); content: attr(data-label) / ""; padding-right: 0.5rem; overflow-wrap: normal; white-space: normal; color: var(--faint); font-weight: 400; }
  table.wide td:empty { display: none; }
}
@media print {
  :root { color-scheme: light; ${variables(PALETTES.light)} }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  table { font-size: 9pt; }
  tbody th, table.wide td.fault { min-width: 12rem; }
  table.wide td { min-width: 6rem; }
  details::details-content { content-visibility: visible; display: block; }
  .tiles > li, .strip > li, tr, figure, .first { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  a[href^="http"]::after { content: " (" attr(href) ")"; font-size: 0.85em; }
}
`.trim();
