import { customProperties, dark, light } from './palette.ts'

const page = `
*{box-sizing:border-box}
html{color-scheme:light dark;scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
.page{max-width:66rem;margin:0 auto;padding:0 1.25rem 4rem}
h1,h2,.claim{font-family:Charter,"Bitstream Charter","Sitka Text",Cambria,Georgia,serif}
h1{font-size:clamp(1.75rem,4.4vw,2.9rem);line-height:1.15;font-weight:600;letter-spacing:-.01em;margin:.6rem 0 .5rem;max-width:24em;text-wrap:balance}
h1::first-letter,.cap::first-letter{text-transform:uppercase}
h2{font-size:1.55rem;line-height:1.25;font-weight:600;margin:0 0 .5rem}
h3{font-size:1.05rem;margin:2.2rem 0 .5rem}h4{font-size:1rem;margin:0 0 .3rem}
p{margin:.4rem 0}a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip-link{position:absolute;left:-999rem}.skip-link:focus{left:1rem;top:.5rem;background:var(--paper);padding:.4rem .8rem;z-index:2}
code{font:.86em/1.5 ui-monospace,"SF Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
.command{display:block;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.5rem .75rem;margin:.5rem 0}
.dim{color:var(--muted)}.small{font-size:.875rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}`

const firstScreen = `
.first{padding:1.6rem 0 0}
.brand{display:flex;gap:.75rem;align-items:baseline;margin:0;font-size:.875rem;color:var(--muted)}
.brand b{color:var(--ink);letter-spacing:.14em;text-transform:uppercase;font-size:.8rem}
.worst{color:var(--fail)}.none{color:var(--pass)}.unclear{color:var(--open)}
h1+.answers{margin-top:1.1rem}.first>.where{font-size:1.05rem;margin:0 0 1.4rem;color:var(--muted)}
.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1rem;margin:0 0 1.25rem;padding:0;list-style:none}
.answers>div{background:var(--card);border:1px solid var(--line);border-top:4px solid var(--skip);border-radius:8px;padding:.8rem 1.1rem 1rem}
.answers .pass{border-top-color:var(--pass)}.answers .fail{border-top-color:var(--fail)}.answers .inconclusive{border-top-color:var(--open)}
.answers dt{color:var(--muted);font-size:.875rem}
.answers dd{margin:0}.answers .word{font-size:1.65rem;font-weight:650;line-height:1.25}
.answers .gloss{font-size:.875rem;color:var(--muted)}
.pass .word{color:var(--pass)}.fail .word{color:var(--fail)}.inconclusive .word{color:var(--open)}.skipped .word{color:var(--skip)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));gap:1.25rem 2.5rem;margin-top:1.25rem}
.columns h2{font-family:inherit;font-size:.875rem;font-weight:600;color:var(--muted);margin:0 0 .35rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
.facts{display:grid;grid-template-columns:auto 1fr;gap:.15rem 1rem;margin:0;font-size:.94rem}
.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
.aside{display:block;max-width:26em;color:var(--muted);font-size:.83rem;line-height:1.4}
.plain{list-style:none;margin:0;padding:0;font-size:.94rem}.plain li{margin:.15rem 0}
.many{columns:26rem;column-gap:2.5rem}.many li{break-inside:avoid}
.notice{border-left:4px solid var(--open);background:var(--card);border-radius:0 8px 8px 0;padding:.6rem 1rem;margin:1.25rem 0 0;font-size:.94rem}
.notice.bad{border-color:var(--fail)}
.badge{display:inline-block;border:1px solid currentColor;border-radius:99px;padding:0 .55rem;font-size:.78rem;font-weight:600;color:var(--open)}`

const sections = `
main>section{border-top:1px solid var(--line);margin-top:2.75rem;padding-top:1.75rem}
.claim{font-size:1.15rem;line-height:1.45;max-width:44em}
.verdict{font-weight:650;white-space:nowrap}
.verdict.pass{color:var(--pass)}.verdict.fail{color:var(--fail)}.verdict.inconclusive{color:var(--open)}.verdict.skipped{color:var(--skip)}.verdict.expected{color:var(--accent)}
h2 .verdict{font-family:system-ui,sans-serif;font-size:1rem;margin-left:.5rem}
.scroll{overflow-x:auto;max-width:100%}.scroll+.scroll{margin-top:1rem}.measured{display:flex;align-items:center;gap:.75rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;color:var(--muted);font-size:.875rem;padding:.2rem 0 .4rem}
th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.group th{padding-top:1rem;font-weight:600}.group .dim{font-weight:400;margin-left:.35rem}.rules td:last-child{min-width:13rem}.rules wbr{display:none}
thead th{color:var(--muted);font-weight:500;font-size:.83rem;white-space:nowrap}tbody th{font-weight:500}
.whole{white-space:nowrap}.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tbody .glance th{min-width:18rem}.glance th{font-weight:500}.glance .claim-line{font-weight:400;min-width:18rem;display:block;color:var(--muted);font-size:.86rem;max-width:38rem}
figure{margin:1rem 0}figcaption{font-size:.875rem;color:var(--muted);margin:.2rem 0}
details{margin:.9rem 0}summary{cursor:pointer;color:var(--accent);font-size:.94rem}
.chip{display:inline-block;margin:0 1rem .1rem 0;white-space:nowrap}.finding{border-left:4px solid var(--fail);padding:.1rem 0 .1rem 1rem;margin:1.5rem 0}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:.3rem 0;padding:0;font-size:.83rem;color:var(--muted)}
.legend svg{width:.8em;height:.8em;margin-right:.4em}
.zoom{display:flex;gap:.25rem 1rem;font-size:.83rem;color:var(--muted);border:0;margin:0 0 .5rem;padding:0}.zoom legend{float:left;padding:0;margin-right:1rem}
.picture:has([value="2"]:checked) svg.timeline{width:200%}.picture:has([value="4"]:checked) svg.timeline{width:400%}`

const pictures = `
svg.timeline,svg.chart,svg.story{display:block;width:100%;height:auto;min-width:44rem;font:11px system-ui,sans-serif}
svg text{fill:var(--muted)}svg .label{fill:var(--ink)}svg .strong{font-weight:600;font-size:12.5px}svg text.on{fill:var(--on);font-weight:600}
.base{stroke:var(--muted);stroke-width:1}.grid{stroke:var(--line);stroke-width:1}
.ok{fill:var(--ok)}path.fail,rect.fail,circle.fail{fill:var(--refused)}.info{fill:var(--unanswered)}.reads{fill:var(--reads)}
.band{fill:var(--fault);opacity:.1}.band.hard{fill:var(--unanswered);opacity:.13}
rect.fault{fill:var(--fault)}rect.fault.hard{fill:var(--unanswered)}
.ribbon.primary{fill:var(--primary)}.ribbon.replica{fill:var(--replica)}.ribbon.node,.ribbon.application{fill:var(--node)}
.life{stroke:var(--line);stroke-width:2}.message{stroke-width:1.5;stroke:var(--muted)}.head{fill:none;stroke-width:1.5;stroke:var(--muted)}
.message.ask,.head.ask{stroke:var(--ink)}.message.ok,.message.fail,.message.info{stroke-dasharray:5 3}
.message.ok,.head.ok{stroke:var(--pass)}.message.fail,.head.fail{stroke:var(--open)}.message.info,.head.info{stroke:var(--fail)}
svg .reply.ok{fill:var(--pass)}svg .reply.fail{fill:var(--open)}svg .reply.info{fill:var(--fail)}
.stripe{fill:var(--card);stroke:var(--line)}.stripe.hurt{stroke:var(--fault)}.swatch.hard{fill:var(--unanswered);fill-opacity:.2;stroke:var(--unanswered)}.swatch.soft{fill:var(--fault);fill-opacity:.2;stroke:var(--fault)}.told{color:var(--ink)}
svg.chart{min-width:44rem}.curve{fill:none;stroke-width:1.8}.curve.primary{stroke:var(--primary)}.curve.replica{stroke:var(--replica)}.curve.node,.curve.application{stroke:var(--node)}
.dot{fill-opacity:.45}.dot.primary{fill:var(--primary)}.dot.replica{fill:var(--replica)}.dot.node,.dot.application{fill:var(--node)}
.lag{fill:var(--replica)}.lag.first{opacity:.55}line.limit{stroke:var(--ink);stroke-dasharray:4 3}rect.limit{fill:var(--ink)}
.guess.evaluated{fill:var(--refused)}.guess.locked{fill:var(--reads)}.guess.accepted{fill:var(--unanswered)}.guess.unknown{fill:none;stroke:var(--muted)}
.range{width:12.5rem;height:.875rem;flex:none}.range .track{fill:var(--line)}.range .certain,.range .possible{fill:var(--accent)}.range.pass .certain,.range.pass .possible{fill:var(--pass)}
.range.fail .certain,.range.fail .possible{fill:var(--fail)}.range.inconclusive .certain,.range.inconclusive .possible{fill:var(--open)}.range .possible{opacity:.4}
.fates{display:block;width:100%;height:1.4rem}.fate.present{fill:var(--ok)}.fate.stranded{fill:var(--refused)}.fate.lost{fill:var(--unanswered)}.fate.unresolved{fill:var(--reads)}
.moment{stroke:var(--muted);stroke-dasharray:2 3}.strip{width:9rem;min-width:9rem;height:1.1rem;display:block}
.strip .track{fill:var(--line)}`

const media = `
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media (max-width:40rem){.page{padding:0 1rem 3rem}.first{padding-top:1rem}.answers{gap:.6rem;grid-template-columns:1fr}
.answers>div{display:grid;grid-template-columns:7.5rem 1fr;align-items:baseline;padding:.5rem .9rem;border-top-width:1px;border-left:4px solid var(--skip)}
.answers .pass{border-left-color:var(--pass);border-top-color:var(--line)}.answers .fail{border-left-color:var(--fail);border-top-color:var(--line)}.answers .inconclusive{border-left-color:var(--open);border-top-color:var(--line)}
.answers .word{font-size:1.25rem}.answers .gloss{grid-column:2}}
@page{margin:14mm 13mm}
@media print{html{color-scheme:light;font-size:12.5px}:root{${customProperties(light)}}body{font-size:1rem}.page{max-width:none;padding:0}.first{padding-top:0}h1{font-size:2rem}
.skip-link,.zoom,nav{display:none}main>section{margin-top:1.5rem;padding-top:1rem}main>.scenario{break-before:page;border-top:0;margin-top:0;padding-top:0}
h2,h3,h4,figcaption,summary,thead{break-after:avoid}.legend{break-before:avoid}svg,tr,.answers>div,.notice,.command,.legend,figcaption,li,p{break-inside:avoid}
.scroll{overflow:visible}svg.timeline,svg.chart,svg.story{min-width:0;width:100%!important}tbody .glance th{min-width:0}.rules td:last-child{min-width:9rem}.rules wbr{display:inline}.rules tbody{break-inside:avoid}
details::details-content{content-visibility:visible;block-size:auto}summary{list-style:none;color:var(--muted)}summary::-webkit-details-marker{display:none}a{color:inherit;text-decoration:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}`

/** The style sheet of `report.html`: system fonts, light and dark, phone and print. */
export const style = [
  `:root{${customProperties(light)}}`,
  `@media (prefers-color-scheme:dark){:root{${customProperties(dark)}}}`,
  page,
  firstScreen,
  sections,
  pictures,
  media,
].join('\n')
