// What keeps an open page of the dashboard current: it is read anew in place, so that who reads it keeps the scroll position,
// the focus, the selection and the folds that are open.

/** What is shown may no longer hold. The script knows the words again. */
export const MAY_BE_OLD = 'May be old: ';

/** A page that nobody looks at waits for nothing: a browser opens only six connections to one server. */
export const LIVE_SCRIPT = `
'use strict';
const said = document.querySelector('[role=status]');
const tell = (words) => { if (said.textContent !== words) said.textContent = words; };
const version = () => document.querySelector('main').dataset.version;

/** Makes \`old\` what \`now\` is, and touches nothing that is the same. A fold stays as its reader left it. */
function renew(old, now) {
  if (old.isEqualNode(now)) return;
  if (old.nodeType !== Node.ELEMENT_NODE || old.nodeName !== now.nodeName || old.id !== now.id) {
    old.replaceWith(now);
    return;
  }
  for (const { name } of [...old.attributes]) if (name !== 'open' && !now.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const [is, becomes] = [[...old.childNodes], [...now.childNodes]];
  becomes.forEach((child, index) => (index < is.length ? renew(is[index], child) : old.append(child)));
  is.slice(becomes.length).forEach((child) => child.remove());
}

/** What has the focus, to be found again on the new page: by where it leads, or by the fold that it opens. */
function focused() {
  const element = document.activeElement;
  const href = element?.getAttribute('href');
  if (href) return 'a[href="' + CSS.escape(href) + '"]';
  const fold = element?.closest('details[id]');
  return fold ? '#' + CSS.escape(fold.id) + ' > summary' : undefined;
}

function replace(main) {
  const open = [...document.querySelectorAll('details[id][open]')].map(({ id }) => id);
  const focus = focused();
  renew(document.querySelector('main'), document.adoptNode(main));
  for (const fold of document.querySelectorAll('details[id]')) fold.open = open.includes(fold.id);
  if (focus && document.activeElement === document.body) document.querySelector(focus)?.focus({ preventScroll: true });
}

async function read() {
  let page;
  try {
    const answer = await fetch(location.pathname, { cache: 'no-store' });
    page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch {
    // Said below.
  }
  const main = page?.querySelector('main[data-version]');
  if (!main) return tell(${JSON.stringify(MAY_BE_OLD)} + 'the dashboard does not answer. Was it ended?');
  const trouble = page.querySelector('[role=status]').textContent;
  if (trouble) tell(trouble);
  else if (page.title !== document.title) tell('Now: ' + page.title.split(' | ')[0]);
  else if (said.textContent.startsWith(${JSON.stringify(MAY_BE_OLD)})) tell('Current again.');
  document.title = page.title;
  replace(main);
}

/** One reading at a time; what happens meanwhile makes it read once more. */
let reading;
let again = false;
function readAgain() {
  again = true;
  reading ??= (async () => {
    while (again) {
      again = false;
      await read();
    }
    reading = undefined;
  })();
}

let events;
function listen() {
  events?.close();
  if (document.hidden) return;
  events = new EventSource('/events?since=' + version());
  events.onmessage = readAgain;
  events.onerror = readAgain;
}
listen();
document.addEventListener('visibilitychange', listen);
setInterval(() => {
  if (document.hidden) return;
  readAgain();
  if (events.readyState === EventSource.CLOSED) listen();
}, 10000);
`.trim();
