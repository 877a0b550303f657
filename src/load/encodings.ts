/** What the texts of a landing load may be written in. */
export const ENCODINGS = ["utf-8", "utf-16", "latin1", "windows-1252"] as const;
export type Encoding = (typeof ENCODINGS)[number];
