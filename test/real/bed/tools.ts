// Which tools of the machine the bed needs, and which of them are missing.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What a part or the bed itself calls by name, and the Debian package that has it. */
export const TOOLS = {
  go: 'golang',
  java: 'default-jdk-headless',
  mvn: 'maven',
  python3: 'python3-venv',
  pgbouncer: 'pgbouncer',
  unshare: 'util-linux',
  setpriv: 'util-linux',
  flock: 'util-linux',
  ip: 'iproute2',
  buildah: 'buildah',
  debootstrap: 'debootstrap',
} as const;

export type Tool = keyof typeof TOOLS;

/** Whether a program of this name is to be found; Debian keeps servers where an ordinary PATH does not look. */
function isThere(tool: string, path: string): boolean {
  return [...path.split(delimiter), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Those of the tools that PATH does not have. */
export function missingTools(tools: readonly Tool[], path = process.env['PATH'] ?? ''): Tool[] {
  return tools.filter((tool) => !isThere(tool, path));
}

/** One line that says what to install for a command. */
export function missingLine(missing: readonly Tool[], command = 'npm run test:real'): string {
  const names = missing.map((tool) => `${tool} (Debian: ${TOOLS[tool]})`).join(', ');
  return `${command} needs ${names}, which this machine does not have. \`npm test\` needs none of them.`;
}
