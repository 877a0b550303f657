/** The names that dbt takes for `docs.node_color`: CSS's, in the spelling with "gray". */
const NAMES: ReadonlySet<string> = new Set(
	`
	aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown
	burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue
	darkcyan darkgoldenrod darkgray darkgreen darkkhaki darkmagenta darkolivegreen darkorange darkorchid
	darkred darksalmon darkseagreen darkslateblue darkslategray darkturquoise darkviolet deeppink
	deepskyblue dimgray dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold
	goldenrod gray green greenyellow honeydew hotpink indianred indigo ivory khaki lavender
	lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray
	lightgreen lightpink lightsalmon lightseagreen lightskyblue lightslategray lightsteelblue
	lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid
	mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred
	midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered
	orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum
	powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen
	seashell sienna silver skyblue slateblue slategray snow springgreen steelblue tan teal thistle
	tomato turquoise violet wheat white whitesmoke yellow yellowgreen
`
		.trim()
		.split(/\s+/),
);

/** Whether the lineage graph of dbt's documentation can paint a node in this colour. */
export const isNodeColor = (color: string): boolean =>
	/^#(?:[0-9a-f]{3}){1,2}$/i.test(color) || NAMES.has(color.toLowerCase());
