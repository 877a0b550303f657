/** The part of a review that needs no warehouse: what `tfm ci` and `tfm plan` have in common. */
import type { ChangeReview } from "../../ci/changeReview.ts";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { ProjectState } from "../../core/projectState.ts";
import type { OpenProject } from "../openProject.ts";
import { type RuleWork, ruleFindings } from "../ruleFindings.ts";
import type { CiSettings } from "./ciSettings.ts";
import { type HeadState, headState } from "./headState.ts";
import { writeState } from "./knownState.ts";
import { modelRemarks } from "./modelRemarks.ts";
import { reviewChange } from "./reviewChange.ts";

export interface EarlierState {
	readonly state: ProjectState;
	readonly commit: string;
	/** What it was found for: `origin/main`. */
	readonly ref: string;
	readonly warnings: readonly Diagnostic[];
}

export interface FilesReview {
	readonly review: ChangeReview;
	readonly warnings: readonly Diagnostic[];
	/** Writes down what was found of the present files, for the next time. */
	readonly keep: () => void;
}

/** The present files beside an earlier state: what changed, what that reaches and breaks, and what the rules say of it. */
export async function reviewFiles(
	invocation: Invocation,
	project: OpenProject,
	{
		settings,
		before: find,
		...rest
	}: {
		readonly settings: Pick<CiSettings, "breaking">;
		/** Told of the present files, most of which the earlier state has, too. */
		readonly before: (head: HeadState) => Promise<EarlierState>;
	} & Pick<RuleWork, "functionFile">,
): Promise<FilesReview> {
	const head = await headState(invocation, project);
	const before = await find(head);
	const remarks = head.remarks ?? modelRemarks(project, await head.analysed());
	const rules = await ruleFindings(project, { invocation, analysed: head.analysed, ...rest });
	const review = reviewChange({
		before: before.state,
		after: head.state,
		base: before.commit,
		ref: before.ref,
		lastLayer: project.config.project.layering?.layers.at(-1)?.name ?? null,
		breaking: settings.breaking,
		found: [...remarks, ...rules],
	});
	const keep = (): void => {
		if (!head.written) writeState(invocation, project, { ...head, remarks });
	};
	return { review, warnings: before.warnings, keep };
}
