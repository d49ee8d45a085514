// The namespaces that a run is enclosed in: a network of its own, so that nothing reaches beyond it, and process ids of
// its own, so that the kernel ends whatever is left when the run ends, however it ends.

/** Where pods listen. A real API server refuses loopback addresses in endpoints. */
export const POD_NETWORK = '10.244';

const NETWORK = `ip link set lo up && ip route add local ${POD_NETWORK}.0.0/16 dev lo`;

/**
 * The command that runs another one enclosed. It dies with the process that starts it, and with it all that it started.
 * Who is not root becomes root of a namespace for a moment, to set the network up, and then himself again.
 */
export function enclosed(command: readonly string[], user: { uid: number; gid: number }): [string, string[]] {
  const namespaces = ['--net', '--pid', '--mount-proc', '--fork', '--kill-child'];
  const again =
    user.uid === 0 ? [] : ['unshare', `--map-user=${user.uid}`, `--map-group=${user.gid}`, '--fork', '--kill-child'];
  return [
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', ...(user.uid === 0 ? [] : ['--map-root-user']), ...namespaces],
      ...['sh', '-c', `${NETWORK} && exec "$@"`, 'enclosed', ...again, ...command],
    ],
  ];
}
