import { createHash } from 'node:crypto';

/** The page's only style; its hash is what the page's policy allows. */
export const pageStyle = `
:root { color-scheme: light dark; --line: #d9dde3; --soft: #f5f6f8; --text: #1d2430; --quiet: #5a6577; --link: #0b5bb5; }
@media (prefers-color-scheme: dark) {
  :root { --line: #333c4a; --soft: #1c232e; --text: #e4e8ee; --quiet: #9aa6b8; --link: #7db7ff; }
  body { background: #12171f; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--link); }
.page { display: grid; grid-template-columns: 18rem minmax(0, 1fr); max-width: 84rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: .9rem; }
nav a { display: block; padding: .1rem 0; text-decoration: none; overflow-wrap: anywhere; }
nav a:hover, nav a:focus { text-decoration: underline; }
nav .topic { margin-top: .9rem; font-weight: 600; color: inherit; }
main { padding: 1.5rem 2rem 6rem; min-width: 0; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.4rem; margin: 3rem 0 .5rem; padding-top: 1rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2.5rem 0 .3rem; }
h2 a, h3 a { color: inherit; text-decoration: none; }
h2 a:hover::after, h3 a:hover::after { content: " #"; color: var(--quiet); }
p { margin: .5rem 0; max-width: 48rem; }
li { max-width: 48rem; margin: .4rem 0; }
code, pre { font: .88em/1.5 ui-monospace, "Cascadia Code", Menlo, monospace; }
code { background: var(--soft); padding: .1em .3em; border-radius: .25em; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .8rem 1rem; border-radius: .4rem; overflow: auto; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; margin: .7rem 0; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); font-weight: normal; }
thead th { color: var(--quiet); font-size: .8rem; }
tbody th { width: 15rem; }
td:nth-child(2) { width: 8rem; color: var(--quiet); }
.optional, .bounds, .known, .facts { color: var(--quiet); font-size: .88em; }
summary { cursor: pointer; color: var(--link); }
@media (max-width: 50rem) {
  .page { display: block; }
  nav { position: static; max-height: none; border-right: 0; border-bottom: 1px solid var(--line); columns: 2; }
  main { padding: 1rem; }
  tbody th { width: auto; }
}
`;

/** Nothing is loaded, framed, run or sent; the style above is all that the browser takes. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
