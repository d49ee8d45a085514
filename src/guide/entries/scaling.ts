// Scaling the cluster: limits, pods, connections, latency and setup of the vendor's load test.
import type { Entry } from '../entry.ts';

export const SCALING_ENTRIES = [
  {
    id: 'REC-SC-001',
    section: 'scaling-the-cluster',
    title: 'Kubernetes pods for each service were configured with the following limits',
    cause:
      'Limits of the scaling test: circuit-storage `cpu: 1`, `memory: 2000Mi`; auth-vault `cpu: 1800m`, `memory: 2Gi`; core-daemon `cpu: 1800m`, `memory: 2Gi`; node-persistence `cpu: 1800m`, `memory: 2Gi`; operations-service `cpu: 1500m`, `memory: 2Gi`. With less, the tested figures say nothing about this cluster.',
    nextSteps: 'Raise the limits of the service to at least those of the test.',
    anchor: 'scaling-the-cluster',
    source: 'guide',
    claims: [['any', 'LimitsBelowTested']],
    signatures: [],
  },
  {
    id: 'REC-SC-002',
    section: 'scaling-the-cluster',
    title: 'Deployments were configured to scale up to a maximum of 3 pods per service',
    cause: 'In the scaling test no service ran more than 3 pods.',
    nextSteps:
      'Keep replicas and the autoscaler maximum at 3 pods per service, or test the larger setup and count its database connections first (REC-SC-003).',
    anchor: 'scaling-the-cluster',
    source: 'guide',
    claims: [['any', 'ReplicasAboveTested']],
    signatures: [],
  },
  {
    id: 'REC-SC-003',
    section: 'scaling-the-cluster',
    title: '4 (connections) * 3 (pods) * 2 (services) = 24',
    cause:
      'Each service is configured to use 4 database connections, and every further pod adds as many: scaled to 3 pods, 2 services need 4 * 3 * 2 = 24.',
    nextSteps:
      'Work the sum out for your pods and services and keep `max_connections` above it, with room for the pods that a rollout adds; or run fewer pods.',
    anchor: 'scaling-the-cluster',
    source: 'guide',
    claims: [
      ['any', 'DatabaseConnectionsExhausted'],
      ['any', 'DatabaseConnectionsHigh'],
      ['any', 'ConnectionBudgetExceeded'],
      ['any', 'PoolExhausted'],
      ['any', 'PoolFullyUsed'],
      ['any', 'UpgradeHeadroomMissing'],
    ],
    signatures: [],
  },
  {
    id: 'REC-SC-004',
    section: 'scaling-the-cluster',
    title: 'p95 under 500 msec for `User auth time`',
    cause:
      'The scaling test simulated 10 users with 30 consecutive authentications each, overall concurrency 8, and ended at 20240528_102705. `User auth time`, what the simulated end user waits for, had a p95 under 500 msec: NumEntries=240 Average=220.683333 Median=202.500000 StDev=57.430618 Min=149.000000 Max=561.000000 P95=341.950000 P99=395.000000. Num Auth OK: 8. Num Auth FAIL: 0.',
    nextSteps:
      'Compare limits (REC-SC-001), pods (REC-SC-002), connections (REC-SC-003) and setup (REC-SC-005) with those of the test, and the other figures with yours. Device auth time: NumEntries=240 Average=1.562500 Median=1.000000 StDev=0.729138 Min=1.000000 Max=4.000000 P95=3.000000 P99=4.000000. Send circ time: NumEntries=240 Average=1070.458333 Median=1068.000000 StDev=100.111352 Min=875.000000 Max=1380.000000 P95=1257.850000 P99=1339.390000. Total time: NumEntries=240 Average=1293.916667 Median=1275.500000 StDev=127.563953 Min=1059.000000 Max=1686.000000 P95=1536.800000 P99=1650.390000.',
    anchor: 'scaling-the-cluster',
    source: 'guide',
    claims: [['any', 'LatencyAboveTested']],
    signatures: [],
  },
  {
    id: 'REC-SC-005',
    section: 'scaling-the-cluster',
    title: 'The PingOne Recognize system was tested on the following setup',
    cause:
      'Google Cloud Platform (GCP), OCP 4.14.5, PingOne Recognize 1.0.3, two `n2-standard-4` worker nodes, one `n2-standard-4` master node. A `c2-standard-8` machine inside the VPC generated the load for the benchmarking tool, so that latency and networking did not count. Nothing but PingOne Recognize code and OCP standard tools ran in the cluster.',
    nextSteps:
      'Expect other figures on another platform, and repeat the measurement there. What is supported is listed in the infrastructural requirements of the version that you run.',
    anchor: 'scaling-the-cluster',
    source: 'guide',
    claims: [['any', 'PlatformOutsideTested']],
    signatures: [],
  },
] as const satisfies readonly Entry[];
