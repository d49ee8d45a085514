// What holds for every page in every look: nothing sticks out or is cut, no rule of axe is broken.
import axe from 'axe-core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Browser, Look } from './chromium.ts';

/** A telephone, a tablet and a desk, each in both schemes. */
export const LOOKS: readonly Look[] = ([390, 800, 1600] as const).flatMap((width) =>
  (['light', 'dark'] as const).map((scheme): Look => ({ width, scheme })),
);

/** Elements that stick out of the page. */
const OVERFLOW = `(() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('body *')]
    .filter((element) => !element.closest('details:not([open])') && element.getBoundingClientRect().right > width + 1)
    .filter((element) => getComputedStyle(element).position !== 'absolute')
    .map((element) => element.tagName + ' ' + element.textContent.slice(0, 40));
})()`;

/** Texts of the map that are wider than their box. */
const CLIPPED = `[...document.querySelectorAll('svg.map g')].filter((group) => group.getBoundingClientRect().width > 0)
  .flatMap((group) => [...group.querySelectorAll('text')]
    .filter((text) => text.getBoundingClientRect().right > group.querySelector('rect').getBoundingClientRect().right)
    .map((text) => text.textContent))`;

/** Short words of cells that stand on more than one line: dates, states, names of faults. */
const BROKEN_WORDS = `[...document.querySelectorAll('td, td > div, th, h2, h3, time, .state')]
  .filter((cell) => cell.childElementCount === 0 && /^[^\\s]{1,24}$/.test(cell.textContent) && cell.getClientRects().length > 0)
  .filter((cell) => { const range = document.createRange(); range.selectNodeContents(cell); return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1; })
  .map((cell) => cell.textContent)`;

/** Lines of the wide map that run through a box other than those they join: a point on the line that lies within one. */
const CROSSED = `[...document.querySelectorAll('svg.map.wide path')].filter((path) => path.getBoundingClientRect().width > 0)
  .flatMap((path) => {
    const length = path.getTotalLength();
    const inside = ({ x, y }) => [...path.parentElement.querySelectorAll('rect')].find((rect) => {
      const { x: left, y: top, width, height } = rect.getBBox();
      return x > left + 1 && x < left + width - 1 && y > top + 1 && y < top + height - 1;
    });
    const box = Array.from({ length: 41 }, (_, at) => inside(path.getPointAtLength((length * at) / 40))).find(Boolean);
    return box ? [box.parentElement.textContent] : [];
  })`;

/** Holds the open page to all of them, and keeps its picture in RECOGNIZE_HEALTH_SHOTS when that is set. */
export async function expectWellMade(browser: Browser, name: string, look: Look): Promise<void> {
  const { width, scheme, media = 'screen' } = look;
  const shots = process.env['RECOGNIZE_HEALTH_SHOTS'];
  if (shots !== undefined) {
    mkdirSync(shots, { recursive: true });
    writeFileSync(
      join(shots, `${name.replaceAll(' ', '-')}-${width}-${scheme}-${media}.png`),
      await browser.screenshot(),
    );
  }
  expect(await browser.evaluate('matchMedia("(prefers-color-scheme: dark)").matches')).toBe(scheme === 'dark');
  expect(await browser.evaluate(OVERFLOW)).toEqual([]);
  expect(await browser.evaluate(CLIPPED)).toEqual([]);
  expect(await browser.evaluate(BROKEN_WORDS)).toEqual([]);
  expect(await browser.evaluate(CROSSED)).toEqual([]);
  await browser.evaluate(axe.source);
  const broken = await browser.evaluate(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))',
  );
  expect(broken).toEqual([]);
}
