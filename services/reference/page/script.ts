/** What the page does by itself: finds operations while the reader types, and opens what a link leads to. Without it everything is there all the same. */
export const script = `
const nav = document.querySelector('nav');
const field = document.querySelector('#find');
const none = document.querySelector('.none');
const entries = [...document.querySelectorAll('nav li')].map((line) => {
  const target = document.getElementById(line.dataset.of);
  return { line, target, words: target.dataset.words };
});
const groups = [...document.querySelectorAll('nav .group')];
const sections = [...document.querySelectorAll('main section')];
const find = () => {
  const wanted = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let found = 0;
  for (const { line, target, words } of entries) {
    const fits = wanted.every((word) => words.includes(word));
    line.hidden = target.hidden = !fits;
    if (fits) found += 1;
  }
  for (const group of groups) group.hidden = !group.querySelector('li:not([hidden])');
  for (const section of sections) section.hidden = !entries.some(({ target }) => !target.hidden && section.contains(target));
  if (wanted.length > 0) scrollTo(0, 0);
  none.hidden = found > 0;
  nav.classList.toggle('searching', wanted.length > 0);
};
const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.closest('[hidden]')) { field.value = ''; find(); }
  if (target.tagName === 'DETAILS') target.open = true;
  nav.classList.remove('searching');
  target.scrollIntoView();
};
field.addEventListener('input', find);
field.addEventListener('focus', () => nav.classList.toggle('searching', true));
addEventListener('hashchange', open);
addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== field) { event.preventDefault(); field.focus(); }
  if (event.key === 'Escape' && document.activeElement === field) { field.value = ''; find(); field.blur(); }
});
find();
open();
`;
