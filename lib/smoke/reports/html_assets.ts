/** The style of the page. Colours are given once per scheme; the rest refers to them. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f5f1;--card:#fff;--ink:#1b1d22;--soft:#646a73;--line:#e3e1da;
--code:#f1f0eb;--pass:#137a48;--warn:#a35a00;--fail:#c02a2a;--skip:#7a808a;--accent:#3b4cca}
@media (prefers-color-scheme:dark){:root{--bg:#121417;--card:#1b1e23;--ink:#e9eaec;--soft:#9aa1ab;
--line:#2d3138;--code:#24282f;--pass:#4cc38a;--warn:#f0a94b;--fail:#ff7a76;--skip:#8a919c;
--accent:#9aa6ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);overflow-wrap:anywhere;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:860px;margin:0 auto;padding:20px 16px 56px}
h1,h2,h3,p{margin:0}
h2{font-size:13px;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);font-weight:600;
margin:32px 0 10px}
code,.num{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
code,.say,.model{unicode-bidi:isolate}
.brand{display:flex;justify-content:space-between;gap:12px;color:var(--soft);font-size:13px;
margin-bottom:14px}
.brand b{color:var(--ink);letter-spacing:.02em}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px}
.verdict{padding:22px 22px 20px;border-left:6px solid var(--tone)}
.model{font-size:15px;color:var(--soft);font-weight:500}
.verdict h1{font-size:30px;line-height:1.2;margin:2px 0 6px;color:var(--tone);letter-spacing:-.01em}
.meta{color:var(--soft);font-size:14px;margin-top:12px}
.pass{--tone:var(--pass)}.warn,.interrupted{--tone:var(--warn)}.fail,.error{--tone:var(--fail)}
.skip{--tone:var(--skip)}
.facts{display:grid;grid-template-columns:repeat(3,1fr);overflow:hidden;margin:0}
.facts div{padding:12px 16px;box-shadow:0 0 0 .5px var(--line)}
.facts dt{font-size:13px;color:var(--soft)}
.facts dd{margin:2px 0 0;font-size:19px;font-weight:600;font-variant-numeric:tabular-nums}
.facts .unknown dd{font-size:14px;font-weight:400;color:var(--soft)}
.facts .fail dd,.facts .warn dd{color:var(--tone)}
.fixes{list-style:none;margin:0;padding:0;counter-reset:fix}
.fixes li{padding:14px 16px;border-top:1px solid var(--line);counter-increment:fix}
.fixes li:first-child{border-top:0}
.fixes p{font-size:14px;margin-bottom:8px}
.fixes p::before{content:counter(fix);display:inline-block;min-width:22px;height:22px;line-height:22px;
text-align:center;border-radius:11px;background:var(--tone);color:var(--card);font-size:12px;
font-weight:700;margin-right:8px}
.paste{display:flex;gap:8px;align-items:stretch}
.paste code{flex:1;min-width:0;background:var(--code);border-radius:8px;padding:8px 10px;font-size:13.5px;
white-space:pre-wrap}
button{font:600 13px/1 inherit;font-family:inherit;color:var(--accent);background:transparent;
border:1px solid var(--line);border-radius:8px;padding:0 12px;min-width:74px;min-height:36px;cursor:pointer}
button:hover{border-color:var(--accent)}
.filter{display:flex;flex-wrap:wrap;gap:8px;margin:32px 0 0;padding:0;border:0}
.filter input{position:absolute;opacity:0;pointer-events:none}
.filter label{border:1px solid var(--line);background:var(--card);border-radius:999px;padding:6px 14px;
font-size:14px;cursor:pointer;white-space:nowrap}
.filter input:checked+label{border-color:var(--accent);color:var(--accent);font-weight:600}
.filter input:focus-visible+label,button:focus-visible,summary:focus-visible{outline:2px solid var(--accent);
outline-offset:2px}
body:has(#only-pass:checked) .probe:not(.pass),body:has(#only-warn:checked) .probe:not(.warn),
body:has(#only-fail:checked) .probe:not(.fail),body:has(#only-skip:checked) .probe:not(.skip),
body:has(#only-pass:checked) .group:not(:has(.probe.pass)),
body:has(#only-warn:checked) .group:not(:has(.probe.warn)),
body:has(#only-fail:checked) .group:not(:has(.probe.fail)),
body:has(#only-skip:checked) .group:not(:has(.probe.skip)){display:none}
.probe{border-top:1px solid var(--line)}
.probe:first-child{border-top:0}
summary{display:grid;grid-template-columns:46px minmax(0,1fr) auto;gap:10px;align-items:baseline;
padding:10px 16px;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
.mark{color:var(--tone);font-weight:700;font-size:13px;text-transform:uppercase}
.id{font-size:14.5px}
.num{font-size:13.5px;color:var(--soft);text-align:right;font-variant-numeric:tabular-nums}
.num b{color:var(--ink);font-weight:600;margin-right:8px}
.body{padding:0 16px 14px 72px;font-size:14.5px}
.body>*+*{margin-top:10px}
.body table{border-collapse:collapse;font-size:13.5px}
.body th{text-align:left;font-weight:400;color:var(--soft);padding:2px 18px 2px 0;vertical-align:top}
.body td{padding:2px 0;font-variant-numeric:tabular-nums;vertical-align:top}
footer{margin-top:32px;color:var(--soft);font-size:13px}
@media (max-width:520px){.verdict{padding:18px 16px}.verdict h1{font-size:25px}
.facts{grid-template-columns:1fr 1fr}.body{padding-left:16px}.paste{flex-direction:column}
.facts div{padding:10px 14px}.facts dd{font-size:17px}.num b{display:block;margin:0}}
@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--code:#f4f4f4;--pass:#0a5c33;
--warn:#7a4300;--fail:#a11;--skip:#555}main{max-width:none;padding:0}.filter,button{display:none}
.probe,.fixes li,.facts div{break-inside:avoid}h2{break-after:avoid}
details::details-content{content-visibility:visible;height:auto}}
`;

/** The page's only script: copy buttons. It reads the text that is shown, so nothing is hidden. */
export const SCRIPT = `
document.addEventListener("click",async(event)=>{
const button=event.target.closest("button[data-copy]");if(!button)return;
const code=button.parentElement.querySelector("code");
try{await navigator.clipboard.writeText(code.textContent);button.textContent="Copied";}
catch{const range=document.createRange();range.selectNodeContents(code);
const selection=getSelection();selection.removeAllRanges();selection.addRange(range);
button.textContent="Selected";}
setTimeout(()=>{button.textContent="Copy";},1600);});
`;
