/**
 * Isolated environments (ADR 0050): schemas that belong to a pull request or a person, beside those that readers see.
 *
 *   environmentSchema.ts  what they are called
 *   placeNodes.ts         the project with some nodes in them and all others read where they stand
 */
export { environmentSchema } from "./environmentSchema.ts";
export { type Placement, placeNodes } from "./placeNodes.ts";
