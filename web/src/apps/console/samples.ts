/** The first call of an app, ready to be run. */
import type { App } from '../../lib/api/programs';

/** Null for kinds whose clients bring their own. `secret` null: it is not known any more. */
export function samples(app: App, secret: string | null): { python: string; curl: string } | null {
  if (app.kind !== 'cloudfs') return null;
  const base = location.origin;
  return {
    python: `# lists the root of a test person
from nuvol.sdk.cloudfs import Session

session = Session("${base}", "${app.key}", "${secret ?? 'CLIENT SECRET'}")
session.authenticate("USERNAME", "PASSWORD")
for item in session.get_filesystem().root_container().list():
    print(item.name)`,
    curl: `# lists the root of whoever gave this token
curl -H "Authorization: Bearer TOKEN" ${base}/v2/folders/`,
  };
}
