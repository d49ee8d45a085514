// Markdown as GitHub and GitLab read it: the table stays a table, and no text of a report becomes markup.
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { parseFragment, type DefaultTreeAdapterTypes } from 'parse5';
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../../src/output/markdown.ts';
import type { Told } from '../../../src/output/view.ts';
import { badStatus, HOSTILE, hostileTold, nothing, told } from './told.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;

const page = (reports: readonly Told[]): readonly Node[] =>
  parseFragment(
    micromark(renderMarkdown(reports), {
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
      // GitHub lets HTML through and cleans it up later: here it must have nothing to clean.
      allowDangerousHtml: true,
    }),
  ).childNodes;

const everyNode = (nodes: readonly Node[]): readonly Node[] =>
  nodes.flatMap((node) => [node, ...('childNodes' in node ? everyNode(node.childNodes) : [])]);
const named = (nodes: readonly Node[], name: string): readonly Node[] =>
  everyNode(nodes).filter((node) => node.nodeName === name);
const textOf = (node: Node): string =>
  'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
const attribute = (node: Node, name: string): string =>
  ('attrs' in node ? node.attrs.find((one) => one.name === name)?.value : undefined) ?? '';

describe('Markdown', () => {
  it('shows what is not good, with the entry and its advice', () => {
    const text = renderMarkdown([told(badStatus)]);
    expect(text).toContain('### recognize/prod: BLOCKED');
    expect(text).toMatch(
      /\| fail \| database\/node-persistence\/connect \| DatabaseMissing \| .* \| OPS-DATABASEMISSING \|/,
    );
    expect(text).toContain('- Next: Look there.');
  });

  it('is one table, a row for each finding', () => {
    const nodes = page([told(badStatus)]);
    expect(named(nodes, 'table')).toHaveLength(1);
    expect(named(nodes, 'th').map(textOf)).toEqual(['Result', 'Check', 'Fault', 'Seen', 'Guide']);
    expect(named(nodes, 'tr')).toHaveLength(1 + 3);
    expect(named(nodes, 'td').slice(0, 2).map(textOf)).toEqual(['fail', 'database/node-persistence/connect']);
  });

  it('says why there is no report to tell about', () => {
    expect(page([nothing]).map(textOf).join(' ')).toMatch(/recognize\/prod: NOT POSSIBLE[^]*NotFound[^]*Exit code 2\./);
  });

  it.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 60), text]))('keeps its shape: %s', (_, text) => {
    const nodes = page([hostileTold(text)]);
    expect(named(nodes, 'table')).toHaveLength(1);
    expect(named(nodes, 'tr')).toHaveLength(1 + 3);
    for (const row of named(nodes, 'tr').slice(1))
      expect(everyNode([row]).filter(({ nodeName }) => nodeName === 'td')).toHaveLength(5);
    expect(named(nodes, 'h3')).toHaveLength(1);
    const known = ['#text', 'h3', 'p', 'strong', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'ul', 'li', 'a'];
    expect(everyNode(nodes).map(({ nodeName }) => nodeName)).toEqual(
      everyNode(nodes).map(({ nodeName }) => (known.includes(nodeName) ? nodeName : `not ${nodeName}`)),
    );
    // The links are those to the guide: one for each entry, and no script in one.
    const links = named(nodes, 'a').map((node) => attribute(node, 'href'));
    expect(links.length).toBeLessThanOrEqual(badStatus.citations?.length ?? 0);
    for (const link of links) expect(link).not.toMatch(/^(?!https?:)[a-z]+:/i);
    expect(renderMarkdown([hostileTold(text)])).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  it('keeps the words of a text', () => {
    const seen = 'a|b `c` <d> *e* _f_ [g](h) \\ i & j';
    const checks = (badStatus.checks ?? []).map((check) => ({ ...check, message: seen }));
    expect(textOf(named(page([told({ ...badStatus, checks })]), 'td')[3]!)).toBe(seen);
  });
});
