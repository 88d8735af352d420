/** The style sheet of `report.html`: one column, system fonts, light and dark. */
export const style = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#59636e;--line:#d1d9e0;--card:#f6f8fa;
--pass:#1a7f37;--fail:#cf222e;--open:#9a6700;--skip:#59636e;--band:#8250df}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9198a1;--line:#3d444d;
--card:#151b23;--pass:#3fb950;--fail:#f85149;--open:#d29922;--skip:#9198a1;--band:#ab7df8}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:2rem 1rem 4rem;background:var(--bg);color:var(--fg);
font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}h3{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.4rem 0}.dim{color:var(--dim)}code{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
.model{border-left:4px solid var(--open);padding:.4rem .8rem;background:var(--card);margin:1rem 0}
.answers{display:flex;flex-wrap:wrap;gap:1rem;margin:1.2rem 0}
.answers div{flex:1 1 12rem;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem}
.answers b{display:block;font-size:1.3rem}
.verdict{font-weight:600;white-space:nowrap}.pass{color:var(--pass)}.fail{color:var(--fail)}
.inconclusive{color:var(--open)}.skipped{color:var(--skip)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--dim);font-weight:500}td.number{text-align:right;font-variant-numeric:tabular-nums}
section{border-top:1px solid var(--line);margin-top:2rem}
.timeline{width:100%;height:auto;font:11px system-ui,sans-serif;margin:1rem 0}
.timeline text{fill:var(--dim)}.timeline .label{fill:var(--fg)}.timeline .base{stroke:var(--line)}
.timeline .moment{stroke:var(--dim);stroke-dasharray:2 3}.timeline .fault{fill:var(--band);opacity:.55}
.timeline .ok{fill:var(--pass)}.timeline .info{fill:var(--open)}.timeline .fail{fill:var(--fail)}
`
