/** What one console knows: the apps, the plans they are on, and secrets that were just made. */
import * as api from '../../lib/api/programs';
import type { App, AppPlanSize, AppSecrets } from '../../lib/api/programs';
import { toasts } from '../../lib/state/toasts.svelte';

export class Programs {
  apps = $state.raw<readonly App[] | null>(null);
  plans = $state.raw<readonly AppPlanSize[]>([]);
  fault = $state.raw<unknown>(null);
  /** Shown until the window is closed, and never again. */
  fresh = $state.raw<Readonly<Record<string, AppSecrets>>>({});

  async read(): Promise<void> {
    try {
      [this.apps, this.plans] = await Promise.all([api.apps(), api.plans()]);
      this.fault = null;
    } catch (error) {
      this.fault = error;
    }
  }

  /** Do something to them, say why if it failed, and look what they are now. */
  async act(change: () => Promise<unknown>): Promise<void> {
    await change().catch(toasts.fail);
    await this.read();
  }

  keep(secrets: AppSecrets): void {
    const before = this.fresh[secrets.key];
    this.fresh = {
      ...this.fresh,
      [secrets.key]: { ...secrets, secret: secrets.secret ?? before?.secret ?? null, admin_secret: secrets.admin_secret ?? before?.admin_secret ?? null },
    };
  }

  /** How many people an app may have; null: any number. */
  size(app: App): number | null {
    return this.plans.find(({ name }) => name === app.plan)?.users ?? null;
  }
}
