// The Kubernetes API with every call counted, by verb and by how it ended, and its clock compared with ours.
import type { KubeApi } from '../kube/call.ts';
import type { ApiResult } from '../kube/api-fault.ts';
import type { ClockSkew } from './clock-skew.ts';
import type { Metrics } from './metrics.ts';

/** The same API; what is thrown (a cancellation) is no end of a call and is not counted. */
export function countedApi(api: KubeApi, metrics: Pick<Metrics, 'apiCalled'>, skew: Pick<ClockSkew, 'heard'>): KubeApi {
  const counted = async <T>(verb: Parameters<Metrics['apiCalled']>[0], asked: Promise<ApiResult<T>>) => {
    const answer = await asked;
    if (answer.ok) skew.heard(answer.serverDate);
    metrics.apiCalled(verb, answer.ok ? 'OK' : answer.fault.code);
    return answer;
  };
  return {
    namespace: api.namespace,
    call: <T>(...[rule, params, options]: Parameters<KubeApi['call']>) =>
      counted(rule.verb, api.call<T>(rule, params, options)),
    stream: (rule, params, options) => counted(rule.verb, api.stream(rule, params, options)),
    close: () => api.close(),
  };
}
