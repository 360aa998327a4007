/** How the page looks: one sheet, light or dark as the reader's system is, one column on a phone. */
export const style = `
:root{color-scheme:light dark;--ink:light-dark(#1c2024,#e6e8eb);--soft:light-dark(#5d6670,#9aa4af);--line:light-dark(#e3e6ea,#2c333b);--ground:light-dark(#fff,#14181c);--raised:light-dark(#f6f7f9,#1b2127);--accent:light-dark(#0b62c4,#6cb2ff);--get:light-dark(#0a7a4b,#4cc38a);--post:light-dark(#0b62c4,#6cb2ff);--put:light-dark(#96590a,#f1a10d);--patch:light-dark(#7a4cc2,#b794f6);--delete:light-dark(#c2293a,#ff8a94)}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;color:var(--ink);background:var(--ground);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;display:grid;grid-template-columns:19rem minmax(0,1fr);min-height:100vh}
a{color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}
code,pre,.path{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.87em}
nav{position:sticky;top:0;height:100vh;overflow-y:auto;border-right:1px solid var(--line);background:var(--raised);padding:1.1rem 1rem 2rem}
nav .brand{font-weight:650;font-size:1.1rem;margin:0 0 .8rem}
nav .brand span{color:var(--soft);font-weight:400;font-size:.85rem;margin-left:.4rem}
nav input{width:100%;font:inherit;color:inherit;padding:.5rem .7rem;border:1px solid var(--line);border-radius:.5rem;background:var(--ground)}
nav input:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
nav h2{font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);margin:1.3rem 0 .3rem}
nav h2 a{color:inherit}
nav ul{list-style:none;margin:0;padding:0}
nav li a{display:flex;gap:.55rem;align-items:baseline;padding:.2rem .4rem;border-radius:.4rem;color:inherit;font-size:.86rem}
nav li a:hover{background:var(--line);text-decoration:none}
nav li .method{flex:0 0 2.6rem;min-width:0;background:none;padding:0;text-align:left;font-size:.64rem}
nav li .label{overflow-wrap:break-word;min-width:0}
nav .none{color:var(--soft);margin:1rem .4rem}
main{padding:2.2rem clamp(1rem,4vw,3.5rem) 6rem;max-width:72rem;min-width:0}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem}
main>h2,main section>h2{font-size:1.3rem;margin:2.8rem 0 .2rem;padding-top:.4rem}
.lead{color:var(--soft);font-size:1.05rem;margin:0 0 1.5rem}
.about{columns:2 24rem;column-gap:2.5rem}
.about p{break-inside:avoid;margin:0 0 .9rem}
h4{margin:1.4rem 0 .4rem;font-size:.9rem}
section>p{color:var(--soft);margin:.1rem 0 .9rem}
.operation,.schema{border:1px solid var(--line);border-radius:.6rem;margin:.5rem 0;background:var(--ground)}
.operation[open],.schema[open]{box-shadow:0 1px 6px light-dark(#0001,#0006)}
.operation>summary,.schema>summary{cursor:pointer;list-style:none;display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:baseline;padding:.6rem .9rem}
summary::-webkit-details-marker{display:none}
.operation>summary:hover,.schema>summary:hover{background:var(--raised);border-radius:.6rem}
.operation[open]>summary,.schema[open]>summary{border-bottom:1px solid var(--line)}
.path{font-weight:600;overflow-wrap:anywhere}
.summary{color:var(--soft);flex:1 1 16rem}
.method{align-self:center;font:700 .68rem/1 ui-monospace,monospace;text-transform:uppercase;padding:.32rem .45rem;border-radius:.35rem;min-width:3.7rem;text-align:center;color:var(--m);background:color-mix(in srgb,var(--m) 13%,transparent)}
.get{--m:var(--get)}.post{--m:var(--post)}.put{--m:var(--put)}.patch{--m:var(--patch)}.delete{--m:var(--delete)}
.caller{font-size:.74rem;border:1px solid var(--line);border-radius:1rem;padding:.05rem .55rem;color:var(--soft)}
.caller.admin{color:var(--put);border-color:currentColor}.caller.operator{color:var(--delete);border-color:currentColor}.caller.public{color:var(--get);border-color:currentColor}
.inside{padding:.4rem 1rem 1.2rem}
.id{color:var(--soft);font-size:.85rem;margin:.6rem 0}
.fields{list-style:none;margin:0;padding:0;border-top:1px solid var(--line)}
.fields li{padding:.4rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.fields .fields{margin:.4rem 0 0 .2rem;padding-left:.9rem;border-left:2px solid var(--line);border-top:0}
.fields .fields li:last-child{border-bottom:0;padding-bottom:.1rem}
.field{font-weight:650}
.type{color:var(--soft);font-size:.88rem}
.optional{color:var(--soft);font-size:.76rem;font-weight:400;font-style:italic}
.limits{color:var(--soft);font-size:.8rem}
.said{color:var(--soft);font-size:.9rem}
.or{color:var(--soft);margin:.5rem 0;font-style:italic}
.name{margin:.1rem 0 .3rem;font-weight:600}
.status{display:inline-block;font-family:ui-monospace,monospace;color:var(--get);border:1px solid currentColor;border-radius:.35rem;padding:0 .4rem;margin-right:.2rem}
.body{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:1.2rem;align-items:start}
.body>:only-child{grid-column:1/-1}
pre{margin:0;padding:.8rem 1rem;background:var(--raised);border:1px solid var(--line);border-radius:.5rem;overflow:auto;max-height:26rem;line-height:1.45}
.problems{margin-top:1rem}
.problems summary{cursor:pointer;color:var(--accent);font-size:.9rem}
table{border-collapse:collapse;width:100%;margin-top:.4rem;font-size:.9rem}
td{border-top:1px solid var(--line);padding:.3rem .8rem .3rem 0;vertical-align:top}
td:nth-child(-n+2){white-space:nowrap}
[hidden]{display:none!important}
@media (max-width:60rem){
body{display:block}
nav{position:sticky;top:0;z-index:2;height:auto;max-height:100vh;border-right:0;border-bottom:1px solid var(--line);padding:.7rem 1rem}
nav .brand{margin:0 0 .4rem}
nav .list{display:none}
nav.searching .list{display:block;max-height:60vh;overflow-y:auto}
html{scroll-padding-top:6.5rem}
.about{columns:1}
.body{grid-template-columns:minmax(0,1fr)}
.summary{flex-basis:100%;order:5}
td:nth-child(2){white-space:normal;overflow-wrap:anywhere}
}
@media print{nav{display:none}body{display:block}}
`;
