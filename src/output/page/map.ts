// The dependency map as SVG, twice: in columns for a wide page and for paper, as a list with arcs for a narrow one. Texts
// are cut, never scaled; each node says its state in a word.
import type { Result } from '../../api/faults/traits.ts';
import { RESULT_STYLE } from '../concerns.ts';
import { arrange, failingLast, layers, NODE, type Place } from './arrange.ts';
import { text } from './escape.ts';
import type { MapGraph, MapNode } from './graph.ts';

const WORDS = {
  pass: 'well',
  warn: 'a warning',
  fail: 'fails',
  error: 'no answer',
  skip: 'not examined',
} as const satisfies Record<Result, string>;

/** The figure with both drawings and the same in words; empty without targets. */
export function dependencyMap(graph: MapGraph, id: string): string[] {
  if (graph.nodes.length === 0) return [];
  return [
    '<h3>Who depends on whom</h3>',
    '<figure>',
    ...wide(graph, id),
    ...narrow(graph, id),
    `<figcaption>${text(caption(graph))}</figcaption>`,
    '</figure>',
  ];
}

function caption({ nodes, edges }: MapGraph): string {
  const count = `${nodes.length} targets, ${edges.length} dependencies.`;
  const causes = nodes.filter(({ isCause }) => isCause);
  const symptoms = nodes.filter(({ isSymptom }) => isSymptom);
  if (causes.length === 0) return count;
  const follow = symptoms.length === 0 ? '' : ` Dashed, and explained by it: ${names(symptoms)}.`;
  return `${count} Thick: ${names(causes)}, where it begins.${follow}`;
}

const names = (nodes: readonly MapNode[]): string => nodes.map(({ name, kind }) => titleOf(name, kind)).join(', ');
const titleOf = (name: string, kind: MapNode['kind']): string => (kind === 'service' ? name : `${kind} ${name}`);

/** The same for whoever does not see the drawing. */
function inWords({ nodes, edges }: MapGraph): string {
  return nodes
    .map(({ id, name, kind, state, fault, isCause, isSymptom }) => {
      const uses = edges.filter(({ from }) => from === id).flatMap(({ to }) => nodes.filter((node) => node.id === to));
      return [
        `${titleOf(name, kind)}: ${WORDS[state]}${fault === '' ? '' : ` (${fault})`}`,
        isCause ? ', root cause' : isSymptom ? ', symptom' : '',
        uses.length === 0 ? '' : `, depends on ${names(uses)}`,
        '.',
      ].join('');
    })
    .join(' ');
}

/** Services in columns by how far they are from who calls them; backends in the last. */
function wide(graph: MapGraph, id: string): string[] {
  const { places, lines, ...size } = arrange(graph);
  const paths = lines.map(({ isFailing, path }) => `<path${isFailing ? ' class="failing"' : ''} d="${path}"/>`);
  return drawing('wide', `${id}-map`, graph, size, [...paths, ...places.map((place) => box(place))]);
}

/** One target below the other, whoever depends on it above; arcs lead down on the left. */
function narrow(graph: MapGraph, id: string): string[] {
  const order = layers(graph).flat();
  const margin = 64;
  const step = NODE.height + 10;
  const places = order.map((node, row): Place => ({ node, x: margin, y: 4 + row * step }));
  const at = new Map(places.map((place) => [place.node.id, place]));
  const far = Math.max(1, places.length - 1);
  const arcs = failingLast(graph.edges).flatMap(({ from: a, to: b, isFailing }) => {
    const [from, to] = [at.get(a), at.get(b)];
    if (from === undefined || to === undefined) return [];
    const [y1, y2] = [from.y + NODE.height / 2, to.y + NODE.height / 2];
    const reach = 12 + (Math.abs(y2 - y1) / step / far) * (margin - 16);
    const out = margin - reach * 1.3;
    return [
      `<path${isFailing ? ' class="failing"' : ''} d="M${margin} ${y1} C${out} ${y1} ${out} ${y2} ${margin} ${y2}"/>`,
    ];
  });
  const size = { width: margin + NODE.width + 66, height: places.length * step + 4 };
  return drawing('narrow', `${id}-list`, graph, size, [...arcs, ...places.map((place) => box(place, 62))]);
}

function drawing(
  name: 'wide' | 'narrow',
  id: string,
  graph: MapGraph,
  { width, height }: { readonly width: number; readonly height: number },
  content: readonly string[],
): string[] {
  return [
    `<svg class="map ${name}" width="${width}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-words">`,
    `<title id="${id}-title">Dependency map</title>`,
    `<desc id="${id}-words">${text(inWords(graph))}</desc>`,
    ...content,
    '</svg>',
  ];
}

/** Characters that find room on a node, by the size of their line. */
const ROOM = { name: 25, word: 22, fault: 29 } as const;

/** @param more width beyond the usual */
function box({ node, x, y }: Place, more = 0): string {
  const { name, kind, state, fault, isCause, isSymptom } = node;
  const kinds = [RESULT_STYLE[state], ...(isCause ? ['cause'] : []), ...(isSymptom ? ['symptom'] : [])].join(' ');
  const room = (line: keyof typeof ROOM): number => ROOM[line] + Math.round(more / 9);
  const part = (line: keyof typeof ROOM, down: number, words: string): string =>
    `<text class="${line}" x="${x + 10}" y="${y + down}">${text(cut(words, room(line)))}</text>`;
  return [
    `<g class="${kinds}"><rect x="${x}" y="${y}" width="${NODE.width + more}" height="${NODE.height}" rx="4"/>`,
    part('name', 19, titleOf(name, kind)),
    part('word', 37, WORDS[state]),
    part('fault', 54, fault),
    '</g>',
  ].join('');
}

function cut(name: string, length: number): string {
  const characters = Array.from(name);
  return characters.length <= length ? name : `${characters.slice(0, length - 1).join('')}…`;
}
