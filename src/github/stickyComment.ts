import { askGithub, type GithubPlace } from "./githubClient.ts";

export interface CommentPlace {
	/** `owner/name`. */
	readonly repository: string;
	/** Number of the pull request. */
	readonly pull: number;
	/** The first line of the comment, by which it is found again. */
	readonly marker: string;
	/** Commit of the pull request that the text is about; null: not known. */
	readonly head: string | null;
}

export type CommentOutcome =
	| { readonly kind: "created" | "updated" | "unchanged"; readonly url: string }
	/** Nothing is written: a later commit has a review of its own, or the pull request was closed meanwhile. */
	| { readonly kind: "outdated" | "closed" }
	/** A token of a fork may not write; a text may be refused; the pull request may be locked or gone. */
	| { readonly kind: "refused"; readonly status: number; readonly problem: string };

interface Comment {
	readonly id: number;
	readonly body: string;
	readonly html_url: string;
}

/**
 * One comment of a project on a pull request, edited in place. A comment that somebody deletes in between is made anew;
 * where two runs made one each, the older stays and has the later text. A run for a commit that is no longer the pull
 * request's head leaves the comment to the later run. Throws GithubUnreachable.
 */
export async function putComment(github: GithubPlace, place: CommentPlace, body: string): Promise<CommentOutcome> {
	const late = await tooLate(github, place);
	if (late !== null) return { kind: late };
	const issue = `/repos/${place.repository}/issues/${place.pull}/comments`;
	const found = await ownComments(github, issue, place.marker);
	if ("refusal" in found) return found.refusal;
	const [first] = found.comments;
	if (first !== undefined) {
		const outcome = first.body === body ? answered("unchanged", first) : await update(github, place, first, body);
		if (outcome !== null) {
			await removeOthers(github, place, found.comments.slice(1));
			return outcome;
		}
	}
	const made = await askGithub(github, "POST", { path: issue, body: { body } });
	if (made.status !== 201) return refusal(made);
	// Another run may have been as quick.
	const now = await ownComments(github, issue, place.marker);
	const own = made.body as Comment;
	const oldest = "comments" in now ? now.comments[0] : undefined;
	if (oldest === undefined || oldest.id === own.id || !("comments" in now)) return answered("created", own);
	const outcome = await update(github, place, oldest, body);
	if (outcome === null || outcome.kind === "refused") return answered("created", own);
	await removeOthers(github, place, now.comments.slice(1));
	return outcome;
}

/** Null: go on. A pull request that may not be read is no reason to stop: writing the comment may be allowed. */
async function tooLate(
	github: GithubPlace,
	{ repository, pull, head }: CommentPlace,
): Promise<"outdated" | "closed" | null> {
	const { status, body } = await askGithub(github, "GET", { path: `/repos/${repository}/pulls/${pull}` });
	if (status !== 200) return null;
	const known = body as { readonly state?: string; readonly head?: { readonly sha?: string } };
	if (known.state === "closed") return "closed";
	return head !== null && known.head?.sha !== undefined && known.head.sha !== head ? "outdated" : null;
}

const answered = (kind: "created" | "updated" | "unchanged", { html_url: url }: Comment): CommentOutcome => ({
	kind,
	url,
});

function refusal({ status, body }: { readonly status: number; readonly body: unknown }): CommentOutcome {
	const { message } = (body ?? {}) as { readonly message?: unknown };
	return { kind: "refused", status, problem: typeof message === "string" ? message : "it does not say why" };
}

/** Comments that begin with the marker, the oldest first. */
async function ownComments(
	github: GithubPlace,
	issue: string,
	marker: string,
): Promise<{ readonly comments: readonly Comment[] } | { readonly refusal: CommentOutcome }> {
	const comments: Comment[] = [];
	for (let path: string | null = `${issue}?per_page=100`; path !== null; ) {
		const page = await askGithub(github, "GET", { path });
		if (page.status !== 200 || !Array.isArray(page.body)) return { refusal: refusal(page) };
		for (const comment of page.body as readonly Comment[])
			if (typeof comment.body === "string" && comment.body.startsWith(marker)) comments.push(comment);
		path = page.next;
	}
	return { comments: comments.sort((a, b) => a.id - b.id) };
}

/** Null: it is gone. */
async function update(
	github: GithubPlace,
	{ repository }: CommentPlace,
	{ id }: Comment,
	body: string,
): Promise<CommentOutcome | null> {
	const path = `/repos/${repository}/issues/comments/${id}`;
	const edited = await askGithub(github, "PATCH", { path, body: { body } });
	if (edited.status === 404 || edited.status === 410) return null;
	return edited.status === 200 ? answered("updated", edited.body as Comment) : refusal(edited);
}

async function removeOthers(
	github: GithubPlace,
	{ repository }: CommentPlace,
	others: readonly Comment[],
): Promise<void> {
	// That one is gone already, or may not be removed, takes nothing from the comment that stands.
	for (const { id } of others)
		await askGithub(github, "DELETE", { path: `/repos/${repository}/issues/comments/${id}` });
}
