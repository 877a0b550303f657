import type { SiteNode } from "../../../src/docs/siteData.ts";
import { StatusMark } from "../../parts.tsx";
import { href } from "../../route.ts";

const SHOWN = 5;

/** What `tfm check` said of the node when the site was made: SQL that looks wrong, personal data, contracts. */
export function Findings({ page, nodeKey }: { page: SiteNode; nodeKey: string }) {
	const { findings = [] } = page;
	if (findings.length === 0) return null;
	return (
		<details class="findings" open={findings.length <= SHOWN}>
			<summary>
				<code>tfm check</code> {findings.length === 1 ? "finds" : `finds ${findings.length} things`}
			</summary>
			<ul>
				{findings.map(({ severity, code, says, hint, path, line }) => (
					<li key={`${code} ${says}`}>
						<StatusMark status={severity === "error" ? "fail" : "warn"} />
						<span>
							{says} {hint !== null && <span class="soft">({hint})</span>}
						</span>
						<span class="aside">
							{path === page.path && line !== null && page.raw !== null ? (
								<a href={href(["m", nodeKey], { tab: "sql", line })}>line {line}</a>
							) : (
								<>
									{path}
									{line !== null && `:${line}`}
								</>
							)}{" "}
							{code}
						</span>
					</li>
				))}
			</ul>
		</details>
	);
}
