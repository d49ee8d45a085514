// Where each target of the wide map stands, and the way of each line: services in columns by how far they are from who calls
// them, backends in the last. A line that leads over a column has a lane of its own there, so that none runs behind a target.
import type { MapEdge, MapGraph, MapNode } from './graph.ts';

export const NODE = { width: 214, height: 64, gapX: 56, gapY: 14 } as const;

const LANE_HEIGHT = 8;

export interface Place {
  readonly node: MapNode;
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly isFailing: boolean;
  /** The `d` of an SVG path. */
  readonly path: string;
}

export interface Arrangement {
  readonly places: readonly Place[];
  /** Failing ones last: they are drawn over the others. */
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}

/** What stands in a column: a target, or a lane for lines to a target further on. */
interface Slot {
  readonly id: string;
  readonly node?: MapNode;
  readonly height: number;
}

/** Works out all places; sizes are in the units of the drawing. */
export function arrange(graph: MapGraph): Arrangement {
  const columns = layers(graph);
  const columnOf = new Map(columns.flatMap((column, index) => column.map(({ id }) => [id, index] as const)));
  const slots = columns.map((column) => column.map((node): Slot => ({ id: node.id, node, height: NODE.height })));
  const before = new Map<string, Set<string>>();
  const chains = failingLast(graph.edges).flatMap((edge) => {
    const [from, to] = [columnOf.get(edge.from), columnOf.get(edge.to)];
    if (from === undefined || to === undefined) return [];
    const chain = [edge.from];
    for (let column = from + 1; column < to; column += 1) {
      const id = `${column} ${edge.to} ${edge.isFailing}`;
      if (!slots[column]?.some((slot) => slot.id === id)) slots[column]?.push({ id, height: LANE_HEIGHT });
      chain.push(id);
    }
    chain.push(edge.to);
    if (from < to)
      for (const [index, id] of chain.slice(1).entries())
        before.set(id, (before.get(id) ?? new Set()).add(chain[index] ?? ''));
    return [{ isFailing: edge.isFailing, chain }];
  });

  const height = Math.max(...slots.map(heightOf)) + 2 * NODE.gapY;
  const at = new Map<string, { readonly slot: Slot; readonly x: number; readonly y: number }>();
  for (const [index, column] of slots.entries()) {
    // Beside what leads there; what nothing leads to stands last.
    const middle = ({ id }: Slot): number => {
      const known = [...(before.get(id) ?? [])].flatMap((one) => middleOf(at.get(one)) ?? []);
      return known.length === 0 ? Number.MAX_VALUE : known.reduce((sum, one) => sum + one, 0) / known.length;
    };
    const order = index === 0 ? column : column.toSorted((a, b) => middle(a) - middle(b));
    let y = (height - heightOf(order)) / 2;
    for (const slot of order) {
      at.set(slot.id, { slot, x: 4 + index * (NODE.width + NODE.gapX), y });
      y += slot.height + NODE.gapY;
    }
  }

  return {
    places: [...at.values()].flatMap(({ slot: { node }, x, y }) => (node === undefined ? [] : [{ node, x, y }])),
    lines: chains.map(({ isFailing, chain }) => ({ isFailing, path: pathOf(chain.flatMap((id) => at.get(id) ?? [])) })),
    width: columns.length * (NODE.width + NODE.gapX) - NODE.gapX + 8,
    height,
  };
}

const heightOf = (column: readonly Slot[]): number =>
  column.reduce((sum, slot) => sum + slot.height + NODE.gapY, -NODE.gapY);

const middleOf = (place: { slot: Slot; y: number } | undefined): number | undefined =>
  place === undefined ? undefined : place.y + place.slot.height / 2;

/** From the right side of the first to the left side of the last, straight over the lanes between. */
function pathOf(chain: readonly { readonly slot: Slot; readonly x: number; readonly y: number }[]): string {
  const points = chain.map((place) => ({ left: place.x, right: place.x + NODE.width, y: middleOf(place) ?? 0 }));
  return points
    .slice(1)
    .map((to, index) => {
      const from = points[index] ?? to;
      const start = `${index === 0 ? 'M' : 'L'}${from.right} ${from.y}`;
      const half = from.right + NODE.gapX / 2;
      // Within a column, or back: out to the right and in again.
      const end = to.left > from.right ? to.left : to.right;
      return `${start} C${half} ${from.y} ${half} ${to.y} ${end} ${to.y}`;
    })
    .join(' ');
}

export const failingLast = (edges: readonly MapEdge[]): readonly MapEdge[] =>
  edges.toSorted((a, b) => Number(a.isFailing) - Number(b.isFailing));

/** By the longest way from a target that nobody depends on; what services depend on that is none of them stands last. */
export function layers({ nodes, edges }: MapGraph): readonly (readonly MapNode[])[] {
  const rank = new Map(nodes.map(({ id }) => [id, 0]));
  // As many rounds as there are targets: a circle of dependencies ends there.
  for (let round = 0; round < nodes.length; round += 1) {
    for (const { from, to } of edges) {
      const next = Math.min((rank.get(from) ?? 0) + 1, nodes.length);
      if ((rank.get(to) ?? 0) < next && round < 8) rank.set(to, next);
    }
  }
  const services = nodes.filter(({ kind }) => kind === 'service');
  const backends = nodes.filter(({ kind }) => kind !== 'service');
  const ranks = [...new Set(services.map(({ id }) => rank.get(id) ?? 0))].sort((a, b) => a - b);
  const columns = ranks.map((one) => services.filter(({ id }) => rank.get(id) === one));
  return [...columns, backends].filter((column) => column.length > 0);
}
