import { Dialog } from "./dialog.tsx";

const KEYS: readonly (readonly [string, string])[] = [
	["/", "Search"],
	["g h", "Overview"],
	["g c", "Catalog"],
	["g o", "Lineage of the whole project"],
	["g r", "Runs"],
	["g q", "Quality"],
	["g t", "Glossary"],
	["f", "Lineage: the chosen node and its neighbours"],
	["e", "Lineage: all neighbours of the chosen node"],
	["c", "Lineage: follow a column of the chosen node"],
	["[ ]", "Lineage: fewer or more steps"],
	["← → ↑ ↓", "Lineage: to inputs, to readers, to neighbours in the layer"],
	["Enter", "Lineage: open the chosen node"],
	["+ − 0", "Lineage: larger, smaller, all of it"],
	["Esc", "Close, or back to the whole project"],
	["?", "This list"],
];

export function Help({ onClose }: { onClose: () => void }) {
	return (
		<Dialog label="Keys" onClose={onClose}>
			<h2>Keys</h2>
			<dl class="keys">
				{KEYS.map(([key, says]) => (
					<div key={key}>
						<dt>
							{key.split(" ").map((part) => (
								<kbd key={part}>{part}</kbd>
							))}
						</dt>
						<dd>{says}</dd>
					</div>
				))}
			</dl>
		</Dialog>
	);
}
