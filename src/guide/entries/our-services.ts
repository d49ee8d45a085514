// Advice of ours about the health of services and about our way to them, where the guide is silent.
import type { Entry } from '../entry.ts';
import { ours } from './ours.ts';

export const OUR_SERVICE_ENTRIES: readonly Entry[] = [
  ours(
    'OPS-060',
    'Core daemon itself is down',
    'Core daemon says that it is DOWN, and no part of it that this tool knows is the reason. REC-CD-001 does not fit: it is about an error that core daemon only passes on.',
    'Read the log of core daemon itself: `kubectl logs -n NAMESPACE POD`. Let the health endpoint show its parts with `management.endpoint.health.show-details=always`; the part that is DOWN names the reason.',
    [['core-daemon', 'HealthDown']],
  ),
  ours(
    'OPS-061',
    "The disk of a service's container is full",
    'The disk indicator of the service is DOWN: its own file system has less room than the threshold. Neither a database nor another service is at fault.',
    'See what fills it: `kubectl exec -n NAMESPACE POD -- df -h` and `du`. Log files, heap dumps and temporary files go first; raise the `ephemeral-storage` limit or the size of the volume.',
    [['any', 'HealthDiskFull']],
  ),
  ours(
    'OPS-062',
    'A part of a service is down while it says UP',
    'The health endpoint lists a part that is DOWN and says UP as a whole: its status order or an aggregator of its own leaves that part out.',
    'Ask the path yourself and see which part it is. If the service does not need it, take its indicator away: `management.health.NAME.enabled=false`.',
    [['any', 'HealthPartDown']],
  ),
  ours(
    'OPS-063',
    'Alive, but one of its parts does not answer',
    'Liveness answers at once, so the process runs; the whole of its health waits for one of its parts, as a rule for a connection of its database pool (30 s unless `connectionTimeout` says otherwise).',
    "Look for Hikari's line in the log: `(total=0, …)` means that no connection can be made (REC-NP-002), `total` equal to `active` that all are in use (REC-SC-003). A thread dump says what else it waits for: `kubectl exec POD -- jcmd 1 Thread.print`.",
    [['any', 'HealthPartSlow']],
  ),
  ours(
    'OPS-064',
    'Health asks for credentials',
    'The health path answers 401 or 403: it asks for a user and a password, or does not take those that the report gives.',
    'Give the report a Secret with `username` and `password` in `spec.services[].credentialsSecretRef`; or open the path for the probes of the cluster (health without authentication, for example on a management port of its own), or name an open path in `healthPath`.',
    [['any', 'HealthCredentialsRequired']],
  ),
  ours(
    'OPS-065',
    'Port asks for a client certificate',
    'The service ends the TLS handshake because no client certificate was shown, or not one that it accepts (`management.server.ssl.client-auth` is `need`, a mesh with mutual TLS).',
    'Give the report a kubernetes.io/tls Secret with a certificate that the service accepts in `spec.services[].tls.certSecretRef`; or let health be asked on a port without mutual TLS (`management.server.port`, or an exception of the mesh for that port).',
    [['any', 'ServiceClientCertificateRequired']],
  ),
  ours(
    'OPS-066',
    'Cut off from here',
    'Everything of one kind fails from here in the same way at the same moment, while others show that it is well: pods are Ready, services report their parts UP. The way from this checker is at fault (a mesh with STRICT mutual TLS, a NetworkPolicy, its DNS), not the product.',
    'Let the checker in: put it into the mesh or exempt the health port (`PeerAuthentication` with `portLevelMtls: PERMISSIVE`), compare NetworkPolicies, and try a name from its pod: `kubectl exec` into it and `getent hosts NAME`.',
    [
      ['any', 'CheckerCutOff'],
      ['any', 'CheckerNameResolution'],
    ],
  ),
  ours(
    'OPS-067',
    'The checker has no descriptors, ports or memory left',
    'The machine or the container that asks could not open a connection at all (EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EAGAIN). Nothing follows about the other side.',
    "Compare the open files of the operator's process with its limit (`ls /proc/1/fd | wc -l`, `ulimit -n`) and its memory with the limit of the container. If it comes back, raise the limit and report it: it should need few.",
    [['any', 'CheckerExhausted']],
  ),
];
