/** The face of the room: what tfm asks git. */
export { checkoutOf } from "./checkout.ts";
export { type BaseCommit, commitOf, mergeBase } from "./mergeBase.ts";
export { askGit, type GitPlace, runGit } from "./runGit.ts";
export { type StateBranch, stateBranch } from "./stateBranch.ts";
export { isRepository, repositoryOf, withWorktree } from "./worktree.ts";
