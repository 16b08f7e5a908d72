/** Colours of servers in plots, which can be told apart in light and dark, and by most people who see few colours. */
const COLOURS = ['#3b82f6', '#f59e0b', '#10b981', '#ec4899', '#8b5cf6', '#64748b', '#ef4444'];

/** The colour of a server, by its place in the list. */
export function colourOf(index: number): string {
  return COLOURS[Math.max(0, index) % COLOURS.length]!;
}
