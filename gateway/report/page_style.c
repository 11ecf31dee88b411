/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_style.c - how a report looks: on a screen by day and night, narrow and wide, and on A4.
 *
 * Colours are told apart by people who see fewer of them, and in grey; what one means is always
 * written beside it.
 */
#include "report/page.h"

#include "report/markup.h"

static const char colours[] =
    ":root{--ink:#16202b;--soft:#5a6672;--line:#d8dee4;--faint:#f3f5f7;--paper:#fff;"
    "--t1:#1f5f99;--t2:#d98c1f;--t3:#2a9184;--t4:#8a4f9e;--t5:#6d8a2c;--t6:#58a3cc;--t7:#9aa4ae;"
    "--t8:#c3cdd6;--good:#1d7a4a;--warn:#b26a00;--bad:#b3261e}\n"
    "@media (prefers-color-scheme:dark){@media screen{:root{--ink:#e7ecf1;--soft:#9fabb7;"
    "--line:#2d3741;--faint:#1a212a;--paper:#11161c;--t1:#5b9fdc;--t2:#e8a548;--t3:#4bb8aa;"
    "--t4:#b583c9;--t5:#9bbd55;--t6:#8fcdf0;--t7:#7c8792;--t8:#46525e;--good:#4fc38a;"
    "--warn:#eaa53c;--bad:#ff7b72}}}\n"
    ".t1{fill:var(--t1);background:var(--t1)}.t2{fill:var(--t2);background:var(--t2)}"
    ".t3{fill:var(--t3);background:var(--t3)}.t4{fill:var(--t4);background:var(--t4)}"
    ".t5{fill:var(--t5);background:var(--t5)}.t6{fill:var(--t6);background:var(--t6)}"
    ".t7{fill:var(--t7);background:var(--t7)}.t8{fill:var(--t8);background:var(--t8)}\n"
    "path.good,rect.good{fill:var(--good)}path.warn,rect.warn{fill:var(--warn)}"
    "path.bad,rect.bad{fill:var(--bad)}i.good{background:var(--good)}i.warn{background:var(--warn)}"
    "i.bad{background:var(--bad)}\n";

static const char text[] =
    "*{box-sizing:border-box}html{-webkit-text-size-adjust:100%;scroll-behavior:auto}\n"
    "body{margin:0 auto;max-width:1080px;padding:2.5rem 2rem 4rem;background:var(--paper);"
    "color:var(--ink);font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,"
    "\"Liberation Sans\",Arial,sans-serif;font-variant-numeric:tabular-nums}\n"
    "h1,h2,.verdict strong,.keys dd{font-family:Georgia,\"Iowan Old Style\",\"Liberation Serif\","
    "serif;font-weight:400;letter-spacing:-.01em}\n"
    "h1{font-size:2.4rem;line-height:1.15;margin:.1rem 0 .4rem;overflow-wrap:anywhere}\n"
    "h2{font-size:1.65rem;line-height:1.2;margin:0 0 .5rem;padding-top:1rem;border-top:2px solid "
    "var(--ink)}h2 span{color:var(--soft);display:inline-block;min-width:2.2rem}\n"
    "h3{font-size:1.02rem;margin:0;font-weight:600}\n"
    "section{margin-top:3.5rem}a{color:var(--t1)}\n"
    "code,pre{font-family:ui-monospace,\"SF Mono\",Menlo,\"Liberation Mono\",monospace;"
    "font-size:.82em}\n"
    "pre{background:var(--faint);padding:1rem;overflow-x:auto;white-space:pre-wrap;"
    "overflow-wrap:anywhere}\n"
    ".kicker{margin:0;color:var(--soft);text-transform:uppercase;letter-spacing:.14em;"
    "font-size:.75rem}\n"
    ".range{margin:0 0 1.6rem;color:var(--soft);font-size:1.1rem}\n"
    ".lead{max-width:46rem;color:var(--soft);margin:0 0 1.4rem}\n"
    ".note{color:var(--soft);margin:.15rem 0 0;font-size:.88rem;max-width:46rem}\n"
    ".empty{margin:.6rem 0 0;color:var(--soft)}\n"
    ".verdict{display:flex;gap:1.4rem;align-items:center;padding:1.1rem 1.4rem;border-left:6px "
    "solid;background:var(--faint)}.verdict p{margin:0;max-width:44rem}\n"
    ".verdict strong{font-size:2rem;line-height:1.1;white-space:nowrap}\n"
    ".verdict.good{border-color:var(--good)}.verdict.good strong{color:var(--good)}\n"
    ".verdict.bad{border-color:var(--bad)}.verdict.bad strong{color:var(--bad)}\n"
    ".keys{display:grid;grid-template-columns:repeat(6,1fr);margin:1.8rem 0;gap:1.2rem 0}\n"
    ".keys div{padding:0 1rem;border-left:1px solid var(--line);display:flex;"
    "flex-direction:column}.keys div:first-child{padding-left:0;border:0}\n"
    ".keys dd{margin:0;font-size:1.75rem;line-height:1.2}.keys dd.warn{color:var(--warn)}"
    ".keys dd.bad{color:var(--bad)}.keys dt{color:var(--soft);font-size:.84rem;line-height:1.35}\n"
    ".look{margin:0 0 1.6rem;padding:1rem 1.4rem;border:1px solid var(--line)}.look h2{"
    "font-size:1.1rem;border:0;padding:0;margin:0 0 .3rem}.look p{margin:0}.look ul{columns:2;"
    "column-gap:2.5rem;margin:0;padding-left:1.1rem;font-size:.92rem}.look li{break-inside:avoid}\n"
    "nav ol{columns:3;column-gap:2rem;margin:0;padding:1rem 0 1rem 1.3rem;border-top:1px solid "
    "var(--line);border-bottom:1px solid var(--line);font-size:.92rem}nav li{break-inside:avoid}"
    "nav a{text-decoration:none}\n"
    ".made{color:var(--soft);font-size:.84rem}\n";

static const char tables[] =
    "figure{margin:2rem 0 0}.drawing{overflow-x:auto;margin-top:.7rem}.rows{overflow-x:auto}\n"
    "@media (min-width:800px){figure.beside{display:grid;grid-template-columns:minmax(0,3fr) "
    "minmax(0,2fr);column-gap:2rem;align-items:start}figure.beside figcaption,"
    "figure.beside .again{grid-column:1/-1}figure.beside .empty{grid-column:1/-1}}\n"
    "table{border-collapse:collapse;width:100%;font-size:.88rem;line-height:1.35}"
    "figure table{margin-top:.5rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.34rem .7rem .34rem 0;font-weight:400}"
    "tr>:last-child{padding-right:0}\n"
    "thead th{color:var(--soft);font-size:.78rem;vertical-align:bottom}"
    "thead tr{border-bottom:1px solid var(--ink)}tbody tr{border-bottom:1px solid var(--line)}\n"
    "tfoot th,tfoot td{font-weight:600}tfoot tr:not(:last-child)>*{font-weight:400;"
    "color:var(--soft)}\n"
    ".n{text-align:right;white-space:nowrap}.t,th:has(time){white-space:nowrap}"
    "thead th.n{white-space:normal}.b{width:22%;min-width:4rem;vertical-align:middle}"
    ".w{overflow-wrap:anywhere}tbody th{overflow-wrap:break-word}"
    "figure tbody th>code{display:inline-block;min-width:33ch;overflow-wrap:anywhere}"
    ".bar{display:block;width:100%;height:.7rem}\n"
    ".sw{display:inline-block;width:.68rem;height:.68rem;margin-right:.5rem;border-radius:1px;"
    "vertical-align:-.02em}.facts .sw,figure:not(:has(.drawing)) .sw{border-radius:50%}\n"
    "figure td:not(.w){white-space:nowrap}#controls td{white-space:normal}"
    "#controls th:first-child{width:15%}#controls td:nth-child(2){width:21%}"
    "#controls td:nth-child(4){width:25%}#controls td:nth-child(5){width:12%;color:var(--soft)}"
    "#controls code{font-size:.76em}#verification td:nth-child(2){white-space:nowrap}"
    "#changes td:last-child{min-width:11rem}#statuses table{max-width:30rem}"
    "figure tbody th:has(.sw){padding-left:1.18rem;text-indent:-1.18rem}\n"
    ".facts{margin-bottom:1rem}figure+.facts{margin-top:1.4rem}.facts th{width:37%}.facts "
    ".v{width:17%;text-align:right;"
    "font-weight:600;white-space:nowrap;padding-right:1.4rem}.facts "
    ".c{overflow-wrap:anywhere}.facts .c>code:first-child{"
    "margin-right:1rem}.facts small{display:block;color:var(--soft);"
    "font-size:.84em;max-width:24rem}\n"
    ".check{color:var(--soft);overflow-wrap:anywhere;font-size:.74em;line-height:1.4}\n"
    ".again{margin:.45rem 0 0;font-size:.82rem;color:var(--soft)}.again span{"
    "text-transform:uppercase;letter-spacing:.08em;font-size:.68rem;margin-right:.3rem}"
    ".again .check{font-size:.9em}.again a{margin-left:.4rem}\n"
    ".plot{display:block;width:100%;min-width:540px;height:auto}.plot.small{min-width:340px}"
    ".plot text{fill:var(--soft);"
    "font-size:11px}.plot .end{text-anchor:end}.plot .middle{text-anchor:middle}\n"
    ".plot .code{font-family:ui-monospace,Menlo,\"Liberation Mono\",monospace;font-size:10.5px}"
    ".plot .grid{stroke:var(--line);stroke-width:1;fill:none}.plot .base{stroke:var(--soft);"
    "stroke-width:1;fill:none}.tips rect{fill:transparent}.tips rect:hover{fill:var(--ink);"
    "fill-opacity:.08}\n";

/* Cards, what is folded, and the plots of who met whom. Classes a1 … a6 are strokes, t1 … fills. */
static const char cards[] =
    ".verdict.warn{border-color:var(--warn)}.verdict.warn strong{color:var(--warn)}"
    ".verdict.t7{border-color:var(--t7)}.verdict.t7 strong{color:var(--soft)}\n"
    "article{margin-top:2.6rem;padding:1.4rem 1.6rem 1.6rem;border:1px solid var(--line);"
    "border-top:4px solid var(--warn);break-before:auto}article>h3{font:400 1.45rem/1.2 Georgia,"
    "\"Iowan Old Style\",\"Liberation Serif\",serif;margin:0 0 .4rem}"
    ".said{margin:0;font-size:1.06rem;max-width:50rem}article .keys{margin:1.3rem 0 .4rem}"
    "article .keys dd{font-size:1.45rem}h4{font-size:.98rem;margin:0;font-weight:600}"
    "section>ul{max-width:50rem;margin:0 0 1.4rem;padding-left:1.2rem}section>ul li{margin:.35rem "
    "0}\n"
    "details{margin-top:.6rem;font-size:.9rem}summary{cursor:pointer;color:var(--t1)}"
    "details pre{max-height:18rem;overflow:auto;user-select:all;-webkit-user-select:all;"
    "overflow-wrap:anywhere}.alone figure code{user-select:all;-webkit-user-select:all}"
    ".alone figure tbody th>code{min-width:0}.alone figure tbody th:not(.w){white-space:nowrap}"
    ".alone .facts{max-width:46rem}.alone .facts th{width:auto}.alone .facts td:last-child{display:"
    "none}.alone .facts small{max-width:none}.alone .facts .v{padding-right:0}.alone "
    ".plot{min-width:680px}.alone .w{min-width:"
    "9rem}"
    ".alone figure td:not(.w):not(.n){white-space:nowrap}\n"
    ".plot .strong{fill:var(--ink);font-weight:600}.plot .tiny{font-size:9.5px}"
    ".plot .name{fill:var(--ink);font-weight:600}.plot .tight{font-size:9px}"
    ".chance{fill:none;stroke:var(--ink);stroke-width:1.6;stroke-linejoin:round;"
    "stroke-dasharray:4 2.5}.limit{fill:none;stroke:var(--bad);stroke-width:1.5}"
    ".strip{fill:var(--faint)}.s1{fill-opacity:.3}.s2{fill-opacity:.52}.s3{fill-opacity:.76}"
    ".s4{fill-opacity:1}\n"
    ".pair{fill:none;stroke-opacity:.5;stroke-linecap:butt}.pair:hover{stroke-opacity:1}"
    ".a1{stroke:var(--t1)}.a2{stroke:var(--t2)}.a3{stroke:var(--t3)}.a4{stroke:var(--t4)}"
    ".a5{stroke:var(--t5)}.a6{stroke:var(--t6)}.who{fill:var(--paper);stroke-width:2.5}"
    ".whom{fill:var(--ink)}\n";

static const char narrow[] =
    "@media screen and (max-width:799px){body{padding:1.4rem 1rem 3rem}h1{font-size:1.7rem}"
    ".keys{grid-template-columns:repeat(2,1fr)}.keys div:nth-child(odd){padding-left:0;border:0}"
    "nav ol,.look ul{columns:1}.verdict{display:block}.verdict p{margin-top:.4rem}"
    ".facts tr{display:grid;grid-template-columns:1fr auto;padding:.3rem 0}.facts th,.facts .v{"
    "width:auto}.facts td:last-child{grid-column:1/-1;padding-top:0}.facts .v{padding-right:0}"
    "table{min-width:26rem}.facts{min-width:0}article{padding:1rem 1rem 1.2rem}.stacked .rows "
    "table{min-width:34rem}.stacked tbody "
    "th{min-width:9rem}}\n";

/* Chromium fills the boxes in the margins; others leave them empty. */
static const char paper[] =
    "@media "
    "print{html{font-size:13px}body{max-width:none;padding:0;font-size:9.2pt;line-height:1.4;"
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}h1{font-size:24pt}"
    "h2{font-size:16pt;break-after:avoid}section{margin-top:9mm}"
    "h3,figcaption,.lead{break-after:avoid;break-inside:avoid}figure{break-inside:avoid;margin-top:"
    "6mm}"
    "figure.long{break-inside:auto}tr,.verdict,.keys,.drawing,nav{break-inside:avoid}"
    "thead{display:table-header-group}tfoot{display:table-row-group}.again{break-before:avoid}"
    ".keys{margin:5mm 0}.keys dd{font-size:17pt}.verdict strong{font-size:20pt}"
    ".plot,.plot.small,.alone .plot{min-width:0}th,td{padding-top:.14rem;padding-bottom:.14rem}"
    "tfoot{break-before:avoid}.look{break-inside:avoid}.facts "
    "tr:nth-child(-n+4){break-after:avoid}.rows,.drawing{overflow:visible}a{color:"
    "inherit;text-decoration:none}"
    "table{font-size:8.2pt}.check{font-size:6.6pt}.again{font-size:7.4pt}thead th{font-size:7.2pt}"
    "figure.beside{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);column-gap:6mm}"
    "figure.beside figcaption,figure.beside .again,figure.beside .empty{grid-column:1/-1}"
    ".tips,details{display:none}.again a{display:none}.note{break-before:avoid}"
    "article{border-width:4px 0 0;padding:3mm 0 "
    "0;margin:0;break-before:page}.said{font-size:10.5pt}"
    "article .keys{margin:3mm 0}article .keys dd{font-size:14pt}article figure{margin-top:4mm}"
    "section>ul{font-size:9.2pt}}\n";

enum scrubgate_status sg_page_style(struct sg_buf *out, const struct sg_sheet *sheet)
{
    struct sg_markup to = {out, SCRUBGATE_OK};
    sg_markup_raw(&to, colours);
    sg_markup_raw(&to, text);
    sg_markup_raw(&to, tables);
    sg_markup_raw(&to, cards);
    sg_markup_raw(&to, narrow);
    sg_markup_raw(&to, paper);
    sg_markup_raw(&to, "@page{size:A4;margin:18mm 15mm 17mm;@top-left{content:\"");
    sg_markup_css(&to, sheet->kind);
    sg_markup_raw(&to, ": ");
    sg_markup_css(&to, sheet->origin);
    sg_markup_raw(&to, "\";font:8pt Arial,sans-serif;color:#5a6672}@top-right{content:\"");
    sg_markup_css(&to, sheet->verdict);
    sg_markup_raw(&to, "\";font:8pt Arial,sans-serif;color:#5a6672}@bottom-left{content:\"");
    sg_markup_css(&to, sheet->range);
    sg_markup_raw(&to, "\";font:8pt Arial,sans-serif;color:#5a6672}@bottom-right{content:"
                       "counter(page) \" of \" counter(pages);font:8pt Arial,sans-serif;"
                       "color:#5a6672}}\n"
                       "@page:first{@top-left{content:none}@top-right{content:none}}\n");
    return to.rc;
}
