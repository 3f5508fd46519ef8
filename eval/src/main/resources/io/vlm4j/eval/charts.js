"use strict";
// Draws every .chart from its data-chart attribute, and again when the colour scheme changes.
(() => {
  const HEIGHT = 220;
  const COLOURS = 6;
  const FAINT = "55"; // opacity, after a colour's #rrggbb
  const STEPS = Array.from({length: 10}, (_, power) => [1, 2, 5].map(digit => digit * 10 ** power)).flat();
  const DASHES = [[], [7, 4], [2, 3]];
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const step = value => value == null ? "" : Math.round(value).toLocaleString("en");
  const fraction = value => (100 * value).toFixed(1) + " %";
  const number = value => {
    const size = Math.abs(value);
    return size !== 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential(2) : String(+value.toPrecision(4));
  };
  const ticks = values => {
    const round = values.map(value => +value.toPrecision(6));
    const wide = round.some(value => String(value).length > 6);
    return round.map(value => wide && value ? value.toExponential() : String(value));
  };
  const percents = values => values.map(value => +(100 * value).toPrecision(4) + " %");

  // Curves have their own steps; where one has no value, the nearest it has is shown.
  const nearest = (plot, series, index) => {
    const values = plot.data[series];
    for (let away = 0; away < values.length; away++) {
      if (values[index - away] != null) return index - away;
      if (values[index + away] != null) return index + away;
    }
    return index;
  };

  // What is in the legend while the pointer is elsewhere: the end of the curve.
  const last = values => {
    for (let i = values.length - 1; i >= 0; i--) if (values[i] != null) return values[i];
    return null;
  };

  function range(fractions) {
    return (plot, low, high) => {
      if (low == null) return [0, 1];
      if (fractions) return [0, Math.min(1, Math.max(0.02, high * 1.1))];
      const room = (high - low || Math.abs(high) || 1) * 0.06;
      return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
    };
  }

  function draw(host) {
    const chart = JSON.parse(host.dataset.chart);
    const fractions = chart.unit === "FRACTION";
    const format = fractions ? fraction : number;
    const font = "12px " + css("--sans");
    const tables = [];
    const colours = [""]; // of series, of which the first is the steps
    const series = [{label: "step", value: (plot, value) => step(value ?? last(plot.data[0]))}];
    chart.series.forEach((curve, i) => {
      const colour = css("--series-" + (i % COLOURS + 1));
      const look = {
        stroke: colour,
        width: 2,
        dash: DASHES[Math.floor(i / 3) % DASHES.length],
        points: {size: 6, stroke: colour, fill: css("--surface")},
        value: (plot, value, at) => format(value ?? last(plot.data[at])),
      };
      tables.push([curve.x, curve.y]);
      colours.push(colour);
      if (curve.mean.length) {
        tables.push([curve.x, curve.mean]);
        colours.push(colour);
        series.push({...look, label: curve.name, stroke: colour + FAINT, width: 1, points: {show: false}});
        series.push({...look, label: curve.name + ", mean", points: {show: false}});
      } else {
        series.push({...look, label: curve.name});
      }
    });
    const axis = {
      stroke: css("--quiet"),
      font,
      labelFont: font,
      labelSize: 18,
      grid: {stroke: css("--grid"), width: 1},
      ticks: {stroke: css("--grid"), width: 1, size: 5},
    };
    return new uPlot({
      width: host.clientWidth,
      height: HEIGHT,
      series,
      scales: {x: {time: false}, y: {range: range(fractions)}},
      axes: [
        {...axis, label: "step", size: 30, space: 70, incrs: STEPS, values: (plot, values) => values.map(step)},
        {...axis, size: 52, values: (plot, values) => fractions ? percents(values) : ticks(values)},
      ],
      cursor: {
        y: false,
        dataIdx: nearest,
        points: {size: 9, width: 2, stroke: css("--surface"), fill: (plot, at) => colours[at]},
      },
      padding: [8, null, 0, 0],
    }, uPlot.join(tables), host);
  }

  const hosts = [...document.querySelectorAll(".chart")];
  let plots = hosts.map(draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    plots.forEach(plot => plot.destroy());
    plots = hosts.map(draw);
  });
  const resize = new ResizeObserver(entries => entries.forEach(entry => {
    plots[hosts.indexOf(entry.target)].setSize({width: entry.target.clientWidth, height: HEIGHT});
  }));
  hosts.forEach(host => resize.observe(host));
})();
