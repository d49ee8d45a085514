// How wide a screen is, and where there is none.
import { expect, it } from 'vitest';
import { widthOf } from '../../../src/cli/terminal.ts';

it.each([
  ['a terminal says it', true, 40, undefined, { width: 40 }],
  ['a terminal is believed over COLUMNS', true, 120, '40', { width: 120 }],
  ['a terminal that says 0 says nothing', true, 0, '40', {}],
  ['without one COLUMNS tells', false, undefined, '40', { width: 40 }],
  ['without both nothing is wrapped', false, undefined, undefined, {}],
  ['what is no number tells nothing', false, undefined, '4e2', {}],
  ['nobody reads ten columns', false, undefined, '10', {}],
] as const)('%s', (_, isTTY, columns, named, width) => {
  expect(widthOf({ isTTY, columns }, named)).toEqual(width);
});
