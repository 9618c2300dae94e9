"""How the report page looks, on the screen and on paper."""

STYLE = """
:root { --ink: #1d2733; --quiet: #66717f; --rule: #dde2e8; --accent: #1f6fb2; --good: #13714a; --bad: #b3261e; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f6f8; color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
main { max-width: 1060px; margin: 0 auto; padding: 32px 24px 64px; }
header, section { background: #fff; border: 1px solid var(--rule); border-radius: 10px; padding: 22px 28px;
  margin-bottom: 18px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0 0 8px; } h2 { font-size: 18px; margin: 0 0 12px; }
h3 { font-size: 15px; margin: 0 0 2px; } p { margin: 0 0 10px; }
.quiet, h3 .quiet { color: var(--quiet); font-weight: 400; }
.verdict { margin: 14px 0 0; padding: 12px 16px; border-radius: 8px; border-left: 5px solid var(--quiet);
  background: #f1f3f5; font-size: 17px; }
.verdict.good { border-color: var(--good); background: #e9f5ef; }
.verdict.bad { border-color: var(--bad); background: #fbecea; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 400; }
.figures { width: 100%; max-width: 640px; }
.figures td { text-align: right; width: 7em; } .figures td:last-child { text-align: left; padding-left: 20px; }
.figures thead td { color: var(--quiet); white-space: nowrap; }
.figures th, .figures td { padding: 5px 6px; border-bottom: 1px solid var(--rule); }
td.good { color: var(--good); } td.bad { color: var(--bad); font-weight: 600; }
.labels { margin-top: 18px; max-width: 820px; } .labels td { width: auto; } .labels td:last-child { text-align: right; }
.labels td:nth-child(even) { padding-left: 20px; } .labels thead td:first-child,
.landmarks thead td:first-child, .landmarks td.bar { text-align: left; } .landmarks td.bar { width: 46%; }
tr.outlier th, tr.outlier td { color: var(--bad); font-weight: 600; }
.checks { max-width: 820px; } .checks td { width: 11em; } .checks td.bad { text-transform: uppercase; }
.decision th { width: 12em; color: var(--quiet); } .decision table { width: 100%; }
.decision td { border-bottom: 1px solid var(--rule); height: 2.4em; } td.quiet { color: var(--quiet); }
.bar span { display: block; height: 5px; border-radius: 2px; }
.bar .before { background: #c4ccd6; } .bar .after { background: var(--accent); margin-top: 2px; }
ul { margin: 0; padding-left: 20px; }
.block { margin-top: 22px; break-inside: avoid; } .block:first-of-type { margin-top: 0; }
.pictures { display: grid; gap: 8px; align-items: center; color: var(--quiet); font-size: 13px; }
.pictures > div:not(.when) { text-align: center; }
figure { margin: 0; background: #000; border-radius: 4px; overflow: hidden; position: relative; }
figure span { position: absolute; top: 50%; left: 5px; transform: translateY(-50%); color: #fff; font-weight: 600;
  text-shadow: 0 0 3px #000, 0 0 3px #000; } figure span + span { left: auto; right: 5px; }
footer { color: var(--quiet); font-size: 13px; padding: 0 28px; }
figure img { display: block; width: 100%; height: auto; }
.fixed { color: #b85c00; font-weight: 600; } .moving { color: #0063b8; font-weight: 600; }
.plot { display: block; width: 100%; height: auto; margin-top: 6px; }
.plot text { font: 12px system-ui, sans-serif; fill: var(--quiet); } .plot .x { text-anchor: middle; }
.plot .y { text-anchor: end; } .plot .rule { stroke: var(--rule); }
.plot .change { stroke: #9aa5b1; stroke-dasharray: 4 4; }
.plot polyline { fill: none; stroke-linejoin: round; } .plot .raw { stroke: #a9c8e3; stroke-width: 1; }
.plot .trend { stroke: var(--accent); stroke-width: 1.8; } .plot circle { fill: var(--accent); }
details { margin-top: 8px; } summary { cursor: pointer; font-weight: 600; margin-bottom: 6px; }
.columns { columns: 2 400px; column-gap: 28px; } .parameters { font-size: 12.5px; }
.parameters tr { break-inside: avoid; }
.parameters th { color: var(--quiet); padding: 1px 12px 1px 0; vertical-align: top; white-space: nowrap; }
.parameters td { font: 11.5px/1.65 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { background: #f1f3f5; padding: 12px 14px; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
@media print { body { background: #fff; font-size: 11px; } main { max-width: none; padding: 0; }
  header, section { border: 0; padding: 0 0 10px; } h2 { break-after: avoid; } .verdict { font-size: 13px; }
  tr { break-inside: avoid; } thead { break-after: avoid; }
  .pictures { width: 60%; font-size: 10px; } .block { margin-top: 12px; } .plot { width: 74%; }
  .columns { columns: 2; } .parameters, .parameters td { font-size: 8.5px; } }
@page { margin: 14mm;
  @bottom-right { content: counter(page) " of " counter(pages); font: 9px sans-serif; color: #66717f; } }
"""
