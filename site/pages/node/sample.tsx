import type { SiteSample } from "../../../src/docs/siteData.ts";
import { Empty } from "../../parts.tsx";
import type { NodeTabProps } from "../node.tsx";

export function SampleTab({ page }: NodeTabProps) {
	return page.sample === undefined ? <Empty>No rows were taken.</Empty> : <SampleTable sample={page.sample} />;
}

export function SampleTable({ sample: { columns, rows, withheld } }: { sample: SiteSample }) {
	return (
		<>
			{withheld.length > 0 && <p class="note">Left out because they are personal: {withheld.join(", ")}</p>}
			<div class="scroll" tabIndex={0} role="region" aria-label="Rows">
				<table class="plain sample">
					<thead>
						<tr>
							{columns.map((name) => (
								<th key={name} scope="col">
									{name}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{rows.map((row, i) => (
							<tr key={i}>
								{row.map((value, j) => (
									<td key={columns[j]}>{value ?? <span class="soft">null</span>}</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</>
	);
}
