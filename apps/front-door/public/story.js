import { readEventStream } from './event-stream.js';
import { exchange, showAnswer, showRequest } from './exchange.js';
import { beans } from './stories/beans.js';
import { espresso } from './stories/espresso.js';
import { hour } from './stories/hour.js';

const find = (id) => document.getElementById(id);
const stories = [espresso, beans, hour];
const chosen = stories.find(({ id }) => location.hash === `#${id}`) ?? stories[0];
const { steps } = chosen;
const story = { tokens: {}, couponId: undefined, keys: {} };
const leaving = new AbortController();
addEventListener('pagehide', () => leaving.abort());
// Another story begins with a page of its own.
addEventListener('hashchange', () => location.reload());

find('lead').textContent = chosen.lead;
for (const { id, title } of stories) {
  const link = Object.assign(document.createElement('a'), { href: `#${id}`, textContent: title });
  if (id === chosen.id) link.setAttribute('aria-current', 'page');
  find('stories').append(link);
}

const items = steps.map((step, at) => {
  const item = find('step-template').content.cloneNode(true).firstElementChild;
  item.id = `step-${step.id}`;
  item.querySelector('h3').textContent = `${at + 1}. ${step.title}`;
  item.querySelector('.why').textContent = step.why;
  item.querySelector('button').addEventListener('click', () => void perform(at));
  find('steps').append(item);
  return item;
});
enableNext();
find('play').addEventListener('click', () => void playAll());

async function playAll() {
  find('play').disabled = true;
  for (const [at, item] of items.entries()) {
    if (item.dataset.state === 'done') continue;
    if (!(await perform(at))) break;
    await new Promise((resolve) => setTimeout(resolve, 600));
  }
  find('play').disabled = items.every((item) => item.dataset.state === 'done');
}

/** Runs one step and shows the exchange. Gives whether the story goes on. */
async function perform(at) {
  const [step, item] = [steps[at], items[at]];
  item.querySelector('button').disabled = true;
  item.dataset.state = 'doing';
  let outcome;
  try {
    const { asked, answered } = await step.run(story);
    outcome = step.says(answered);
    show(item, asked, answered);
  } catch (error) {
    outcome = { ok: false, words: `No answer: ${error.message}` };
  }
  item.dataset.state = outcome.ok ? 'done' : 'failed';
  item.querySelector('.outcome').textContent = outcome.words;
  if (outcome.ok) begun(step.id);
  enableNext();
  return outcome.ok;
}

function show(item, asked, answered) {
  item.querySelector('details').hidden = false;
  item.querySelector('.line').textContent = `${asked.method} ${asked.path} → ${answered.status}`;
  item.querySelector('.request').textContent = showRequest(asked);
  item.querySelector('.answer').textContent = showAnswer(answered);
}

/** What goes on by itself from a step on. */
function begun(step) {
  if (step === 'sign-in') {
    void followInbox();
    void followBalance();
  }
  if (step === 'create') void followCoupon();
}

/** One step at a time: the next one that is not done. */
function enableNext() {
  const next = items.find((item) => item.dataset.state !== 'done');
  for (const item of items) item.querySelector('button').disabled = item !== next;
}

async function followCoupon() {
  while (!leaving.signal.aborted) {
    const { answered } = await exchange('GET', `/catalog/v1/coupons/${story.couponId}`, {
      token: story.tokens.owner,
    });
    if (answered.status === 200) showCoupon(answered.body);
    if (answered.body?.status === 'finished') return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function showCoupon({ name, image, status, redeemed, maxRedemptions }) {
  const [rendition] =
    image?.renditions.filter(({ width, type }) => width === 640 && type === 'image/webp') ?? [];
  find('coupon-image').hidden = rendition === undefined;
  if (rendition !== undefined && find('coupon-image').getAttribute('src') !== rendition.url)
    find('coupon-image').src = rendition.url;
  find('coupon').dataset.status = status;
  find('coupon-name').textContent = name;
  find('coupon-status').textContent = status;
  find('coupon-redeemed').textContent = redeemed;
  find('coupon-max').textContent = maxRedemptions === null ? '' : `of ${maxRedemptions} `;
  find('coupon-progress').hidden = maxRedemptions === null;
  if (maxRedemptions !== null)
    Object.assign(find('coupon-progress'), { max: maxRedemptions, value: redeemed });
}

async function followBalance() {
  while (!leaving.signal.aborted) {
    const { answered } = await exchange('GET', '/redemption/v1/wallet/balances', { token: story.tokens.ana });
    const [held] = answered.body.items ?? [];
    if (held !== undefined) find('balance').textContent = `${held.balance} ${held.pointName ?? 'point'}s`;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function followInbox() {
  const say = (state, words) => {
    find('stream-state').dataset.state = state;
    find('stream-state').textContent = words;
  };
  let lastEventId;
  const onEvent = ({ name, data, id }) => {
    if (name !== 'message') return;
    lastEventId = id;
    showMessage(JSON.parse(data));
  };
  while (!leaving.signal.aborted) {
    try {
      await readEventStream('/notification/v1/inbox/stream', {
        token: story.tokens.ana,
        lastEventId,
        signal: leaving.signal,
        onOpen: () => say('open', 'live'),
        onEvent,
      });
    } catch {
      // Said below, like an orderly end.
    }
    say('closed', 'not connected, trying again');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

function showMessage({ text, createdAt }) {
  find('inbox').querySelector('.empty')?.remove();
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.dateTime = createdAt;
  time.textContent = new Date(createdAt).toLocaleTimeString();
  item.append(text, time);
  find('inbox').prepend(item);
}
