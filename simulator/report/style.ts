/** The report's look, light and dark as the reader's system has it. */
export const style = `
:root { color-scheme: light dark;
  --paper: #fbfbfa; --card: #ffffff; --ink: #1c2024; --quiet: #667079; --line: #e3e5e8; --lane: #f3f4f5;
  --fault: #e5484d; --good: #2f9e62; --bad: #d92d20; --load: #5b7083; --write: #8693a0; --text: #ffffff;
  --e0: #3b6fd4; --e1: #0e8a7d; --e2: #8a4fc4; --e3: #b8610f; --e4: #c03a78; --e5: #4f7d1e; --e6: #0f7ea8; --e7: #7c6418; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #121518; --card: #191d21; --ink: #e8eaed; --quiet: #98a2ab; --line: #2b3137; --lane: #1e2328;
  --fault: #ff6369; --good: #4cc38a; --bad: #ff6a60; --load: #8fa3b5; --write: #77838e; --text: #0d1013;
  --e0: #7aa5ff; --e1: #4ccfbf; --e2: #c093f2; --e3: #f2a65a; --e4: #f584b1; --e5: #9fd35f; --e6: #5cc4ec; --e7: #d8bd5b; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px 28px 40px; background: var(--paper); color: var(--ink); font: 13px/1.45 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; }
h1 { margin: 0; font-size: 22px; font-weight: 650; letter-spacing: -0.01em; }
h1 .verdict { margin-left: 10px; padding: 3px 11px; border-radius: 99px; font-size: 13px; vertical-align: 3px; color: var(--text); background: var(--good); }
h1 .verdict.failed { background: var(--bad); }
.summary { margin: 4px 0 2px; color: var(--quiet); }
.promise { margin: 0 0 14px; }
.promise:empty { display: none; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 26px; margin: 0 0 16px; }
.facts div { display: flex; flex-direction: column; }
.facts dt { color: var(--quiet); font-size: 11px; }
.facts dd { margin: 0; font-size: 16px; font-weight: 600; font-variant-numeric: tabular-nums; }
.violation { margin: 0 0 16px; padding: 10px 14px; border-left: 4px solid var(--bad); border-radius: 4px; background: var(--card); }
.violation pre { margin: 8px 0 0; overflow-x: auto; color: var(--quiet); font-size: 11.5px; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 18px; margin-bottom: 10px; font-size: 12px; color: var(--quiet); }
.bar span { display: inline-flex; align-items: center; gap: 6px; }
.bar i { position: static; display: inline-block; width: 24px; height: 12px; border-radius: 3px; }
.bar i.tick, .bar i.violation-key, .bar i.once { width: 3px; height: 14px; border-radius: 1px; }
.bar i.violation-key { background: var(--bad); }
.bar .zoom { margin-left: auto; }
button { padding: 2px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); color: var(--ink); font: inherit; cursor: pointer; }
.chart { overflow: auto; max-height: max(420px, calc(100vh - 230px)); border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
.inner { position: relative; width: calc(100% * var(--zoom, 1)); min-width: 720px; padding-bottom: 8px; }
.row, .axis { display: flex; align-items: center; padding-right: 18px; }
.row b, .axis b { position: sticky; left: 0; z-index: 4; flex: 0 0 118px; padding: 0 10px 0 14px; overflow: hidden; background: var(--card); font-weight: 500; white-space: nowrap; text-overflow: ellipsis; align-self: stretch; display: flex; align-items: center; }
.row.violated b { color: var(--bad); font-weight: 700; }
.lane { position: relative; flex: 1; height: 20px; margin: 2px 0; border-radius: 4px; background: var(--lane); overflow: hidden; }
.row.agent .lane { height: 34px; }
.row.lb .lane { height: 22px; margin: 1.5px 0; }
.group { position: relative; z-index: 4; background: var(--card); padding: 12px 14px 3px; color: var(--quiet); font-size: 11px; font-weight: 600; letter-spacing: 0.04em; text-transform: uppercase; }
.group span { position: sticky; left: 14px; }
.axis { position: sticky; top: 0; z-index: 6; background: var(--card); border-bottom: 1px solid var(--line); }
.axis .lane { height: 26px; background: none; overflow: visible; }
.axis .lane span { position: absolute; top: 5px; transform: translateX(-50%); color: var(--quiet); font-size: 11px; font-variant-numeric: tabular-nums; white-space: nowrap; }
.over { position: absolute; z-index: 3; top: 26px; bottom: 0; left: 118px; right: 18px; pointer-events: none; }
.over u { position: absolute; top: 0; bottom: 0; width: 0; border-left: 1px solid var(--ink); opacity: 0.08; }
.over u.healed { border-left: 1.5px dashed var(--good); opacity: 1; }
.over u.violation { border-left: 2.5px solid var(--bad); opacity: 1; pointer-events: auto; padding-right: 5px; }
.axis .lane span:first-child { transform: none; }
.axis .lane span.late { transform: translateX(-100%); }
.axis .lane span.healed { color: var(--good); font-weight: 600; background: var(--card); padding: 0 5px; }
.axis .lane span.violation { color: var(--bad); font-weight: 700; background: var(--card); padding: 0 5px; }
i { position: absolute; font-style: normal; }
i.binding, i.fault, i.state { top: 0; bottom: 0; overflow: hidden; border-radius: 3px; }
i.binding { top: 1px; bottom: 5px; color: var(--text); background: var(--hue); font-size: 11px; line-height: 15px; white-space: nowrap; box-shadow: inset 1px 0 0 var(--card); min-width: 2px; }
i.binding:not(:empty) { padding-left: 5px; }
i.none { --hue: var(--quiet); }
${Array.from({ length: 8 }, (_, index) => `i.e${index} { --hue: var(--e${index}); }`).join('\n')}
i.rebinding { background: repeating-linear-gradient(115deg, var(--hue) 0 5px, color-mix(in srgb, var(--hue) 76%, var(--card)) 5px 9px); }
i.orphaned { min-width: 3px; font-weight: 600; text-shadow: 0 0 2px var(--card), 0 0 2px var(--card), 0 0 3px var(--card), 0 0 4px var(--card); z-index: 1; background: repeating-linear-gradient(115deg, var(--fault) 0 4px, var(--card) 4px 8px); color: var(--ink); }
i.pending { background: none; border: 1px dashed var(--quiet); color: var(--quiet); }
i.deleting { opacity: 0.45; }
i.fault { z-index: 2; padding-left: 5px; color: var(--fault); font-size: 10.5px; line-height: 18px; white-space: nowrap; background: color-mix(in srgb, var(--fault) 20%, var(--lane)); box-shadow: inset 2px 0 0 var(--fault); }
i.once { width: 3px; padding: 0; background: var(--fault); }
i.state { z-index: 3; bottom: auto; height: 6px; border-radius: 0; background: none; }
i.state.alive { display: none; }
i.state.suspect { background: var(--e3); }
i.state.dead, i.state.retired, i.state.joining { background: color-mix(in srgb, var(--ink) 55%, var(--lane)); }
i.state.draining { background: var(--e6); }
.bar i.state { height: 6px; }
.row.agent i.fault { line-height: 26px; }
i.load { z-index: 1; bottom: 0; border-top: 2px solid var(--load); background: color-mix(in srgb, var(--load) 26%, transparent); }
i.writes { bottom: 0; background: var(--write); box-shadow: inset -1px 0 0 var(--lane); }
i.tick { z-index: 2; top: 0; bottom: 0; width: 2px; background: var(--ink); opacity: 0.85; }
i.tick.claimed { opacity: 0.4; }
i.tick.removed { border-left: 2px dotted var(--ink); background: none; }
i.tick.refused { width: 3px; background: var(--fault); }
.lb i.tick { top: auto; bottom: 5px; height: 6px; }
i.service { z-index: 1; bottom: 0; height: 3px; background: var(--good); opacity: 0.75; }
i.service.unserved { background: var(--fault); opacity: 1; }
i.service.twice { height: 5px; background: repeating-linear-gradient(90deg, var(--fault) 0 4px, var(--good) 4px 8px); opacity: 1; }
.bar i.service { height: 4px; }
i[data-tip]:hover { filter: brightness(1.12); outline: 1px solid var(--ink); outline-offset: -1px; }
#tip { position: fixed; z-index: 9; display: none; max-width: 460px; padding: 7px 10px; border-radius: 7px; background: var(--ink); color: var(--paper); font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; pointer-events: none; box-shadow: 0 4px 18px rgb(0 0 0 / 0.25); }
`;
