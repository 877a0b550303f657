/** Pages that are small, and packed better as one file than each alone. */
export { DiffPage } from "./diff.tsx";
export { GlossaryPage } from "./glossary.tsx";
export { QualityPage } from "./quality.tsx";
export { RunPage } from "./run.tsx";
