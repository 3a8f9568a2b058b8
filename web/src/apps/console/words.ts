/** Apps in words. */
import type { Kind, Plan } from '../../lib/api/programs';

export const KIND_WORDS = { cloudfs: 'kindCloudfs', stacksync: 'kindStacksync', u1db: 'kindU1db', oauth2: 'kindOauth2' } as const satisfies Record<Kind, string>;
export const PLAN_WORDS = { prototype: 'planPrototype', paid: 'planPaid' } as const satisfies Record<Plan, string>;
export const SIGNUP_WORDS = { open: 'signupOpen', invite: 'signupInvite', closed: 'signupClosed' } as const;
