/** The platforms that have one-tap install links. */
export const PLATFORMS = ['apple', 'android', 'windows'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Whose button comes first: what the visitor seems to have; null where it has no install link. A guess, never a decision. */
export const platformOf = (userAgent: string | undefined): Platform | null => {
  const text = userAgent ?? '';
  if (/iPhone|iPad|iPod/.test(text)) return 'apple';
  if (/Android/.test(text)) return 'android';
  if (/Windows NT/.test(text)) return 'windows';
  return null;
};

/** A phone installs on itself; on another screen the code is there to be scanned. */
export const isPhone = (platform: Platform | null): boolean => platform === 'apple' || platform === 'android';
