// Who is it that shows us this token, and may he do that? Asked of the API server, as kube-rbac-proxy does it, so that the
// operator keeps no list of its own.
import { z } from 'zod';
import { isAllowed } from './access-review.ts';
import type { ApiResult } from './api-fault.ts';
import type { KubeApi } from './call.ts';
import { RULES } from './rules.ts';

/** Somebody whom the API server knows, as it describes him: passed on as it came. */
const user = z.object({
  username: z.string().min(1),
  uid: z.string().optional(),
  groups: z.array(z.string()).optional(),
  extra: z.record(z.string(), z.array(z.string())).optional(),
});
export type KnownUser = z.infer<typeof user>;

const tokenReview = z.object({ status: z.object({ authenticated: z.literal(true), user }) });

/** What somebody wants to do. */
export type Wanted =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'report'; readonly namespace: string; readonly name: string };

/** Undefined: the API server does not know the token. */
export async function ownerOf(
  api: KubeApi,
  token: string,
  signal: AbortSignal,
): Promise<ApiResult<KnownUser | undefined>> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  const answer = await api.call<unknown>(RULES.reviewToken, {}, { signal, body });
  // Silence is no proof.
  return answer.ok ? { ok: true, value: tokenReview.safeParse(answer.value).data?.status.user } : answer;
}

/** Whether he may get that path, or that report. */
export async function mayGet(
  api: KubeApi,
  { username, uid, groups, extra }: KnownUser,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<ApiResult<boolean>> {
  const { group, version, resource } = RULES.getReport;
  const what =
    wanted.kind === 'path'
      ? { nonResourceAttributes: { path: wanted.path, verb: 'get' } }
      : {
          resourceAttributes: {
            verb: 'get',
            group,
            version,
            resource,
            namespace: wanted.namespace,
            name: wanted.name,
          },
        };
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: username, uid, groups, extra, ...what },
  };
  const answer = await api.call<unknown>(RULES.reviewAccess, {}, { signal, body });
  return answer.ok ? { ok: true, value: isAllowed(answer.value) } : answer;
}
