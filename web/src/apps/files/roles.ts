/** What somebody may do in a folder, in words. */
export const ROLE_WORDS = { viewer: 'roleViewer', editor: 'roleEditor', 'co-owner': 'roleCoOwner', owner: 'roleOwner' } as const;
