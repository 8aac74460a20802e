/** Of the page behind a shared link; allowed by its hash. */
export const pageStyle = `
:root { --back: #f3f1ec; --card: #fff; --text: #1f2328; --soft: #5b6370; --accent: #0b6b53; --on-accent: #fff; --note: #fdf0d5; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171a; --card: #20252a; --text: #eceff1; --soft: #a7b0ba; --accent: #59d3ae; --on-accent: #08231b; --note: #3b3118; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 26rem; background: var(--card); border-radius: 1.25rem; overflow: hidden; box-shadow: 0 .5rem 2rem rgb(0 0 0 / .12); }
img { display: block; width: 100%; height: auto; aspect-ratio: 16 / 9; object-fit: cover; }
.text { padding: 1.5rem; display: grid; gap: .75rem; }
p, h1 { margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; }
.channel { color: var(--accent); font-weight: 600; }
.description { white-space: pre-line; }
.terms { color: var(--soft); font-size: .9rem; }
.hindrance { background: var(--note); border-radius: .75rem; padding: .75rem 1rem; font-weight: 600; }
.open, .get { display: block; text-align: center; padding: .9rem 1rem; border-radius: .9rem; font-weight: 600; text-decoration: none; }
.open { background: var(--accent); color: var(--on-accent); margin-top: .5rem; }
.get { color: var(--accent); border: 1px solid currentcolor; }
`;
