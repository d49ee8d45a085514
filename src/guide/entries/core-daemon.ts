// Core daemon: the guide's four rows, in its order.
import type { Entry } from '../entry.ts';

export const CORE_DAEMON_ENTRIES = [
  {
    id: 'REC-CD-001',
    section: 'core-daemon',
    title: '[SERVICE-NAME] service returned error: *',
    cause: 'The internal service that the message names has failed; core daemon only passes its error on.',
    nextSteps: 'Read the logs of the service that failed, not those of core daemon.',
    anchor: 'core-daemon',
    source: 'guide',
    claims: [
      ['any', 'InternalServiceError'],
      ['any', 'HealthDown'],
    ],
    signatures: [
      { template: '[SERVICE-NAME] service returned error: *', fault: 'InternalServiceError', blames: 'captured' },
      { template: '[SERVICE-NAME] Service returned error: *', fault: 'InternalServiceError', blames: 'captured' },
      { template: '[SERVICE-NAME] Service Returned Error: *', fault: 'InternalServiceError', blames: 'captured' },
      { template: '[SERVICE-NAME] SERVICE RETURNED ERROR: *', fault: 'InternalServiceError', blames: 'captured' },
    ],
  },
  {
    id: 'REC-CD-002',
    section: 'core-daemon',
    title: 'node-persistence.default.svc.cluster.local/circuit-storage-2.default.svc.cluster.local/…',
    cause: 'Connection error: an internal service cannot be reached at the address in the message.',
    nextSteps:
      'Make sure that the system is configured properly (address, port and namespace of that service) and that all services are up and running.',
    anchor: 'core-daemon',
    source: 'guide',
    claims: [
      ['any', 'InternalConnectionError'],
      ['any', 'CallsToServiceFail'],
      ['any', 'ServiceAddressUnresolved'],
      ['any', 'ServiceRefused'],
      ['any', 'ServiceTimeout'],
      ['any', 'ServiceUnreachable'],
      ['any', 'NoReadyEndpoints'],
    ],
    signatures: [
      {
        template: 'node-persistence.default.svc.cluster.local/circuit-storage-2.default.svc.cluster.local/…',
        fault: 'InternalConnectionError',
        blames: 'captured',
      },
    ],
  },
  {
    id: 'REC-CD-003',
    section: 'core-daemon',
    title: 'Cannot deserialize value of type java.time.LocalDateTime…',
    cause: 'A client sent a request body that could not be parsed. No backend is at fault.',
    nextSteps: 'Compare the request with the format that the Swagger documentation of core daemon asks for.',
    anchor: 'core-daemon',
    source: 'guide',
    claims: [['any', 'RequestBodyUnparsable']],
    signatures: [
      { template: 'Cannot deserialize value of type java.time.LocalDateTime…', fault: 'RequestBodyUnparsable' },
      // Jackson puts the type between backticks; the guide's Markdown lost them.
      { template: 'Cannot deserialize value of type `java.time.LocalDateTime`…', fault: 'RequestBodyUnparsable' },
    ],
  },
  {
    id: 'REC-CD-004',
    section: 'core-daemon',
    title: 'ServletOutputStream failed to flush: java.nio.channels.ClosedChannelException',
    cause: 'The connection between the client and the service broke before the answer was written.',
    nextSteps: 'Retry the operation.',
    anchor: 'core-daemon',
    source: 'guide',
    claims: [['any', 'ClientConnectionClosed']],
    signatures: [
      {
        template: 'ServletOutputStream failed to flush: java.nio.channels.ClosedChannelException',
        fault: 'ClientConnectionClosed',
      },
      // What Spring says since 6.1 of every client that went away, whatever the server calls the reason.
      { template: 'AsyncRequestNotUsableException: *', fault: 'ClientConnectionClosed' },
    ],
  },
] as const satisfies readonly Entry[];
