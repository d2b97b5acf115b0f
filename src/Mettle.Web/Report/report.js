(function () {
  var tip = document.getElementById('tip');
  if (!tip) return;
  function show(event, text) {
    tip.textContent = text;
    tip.className = 'on';
    var box = tip.getBoundingClientRect(), room = document.documentElement.clientWidth;
    var left = event.clientX + 14, top = event.clientY - box.height - 10;
    if (left + box.width > room - 8) left = Math.max(8, event.clientX - box.width - 14);
    if (top < 8) top = event.clientY + 18;
    tip.style.left = left + 'px';
    tip.style.top = top + 'px';
  }
  function hide() {
    tip.className = '';
    document.querySelectorAll('.cursor.on').forEach(function (line) { line.setAttribute('class', 'cursor'); });
  }
  function inPlot(svg, event) {
    var box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  }
  function overLines(svg, figure, event) {
    if (!figure.places) {
      figure.places = figure.dataset.x.split(' ').map(Number);
      figure.tips = figure.dataset.tips.split('\n\n');
    }
    var edges = svg.dataset.plot.split(' ').map(Number), span = edges[1] - edges[0];
    var at = (inPlot(svg, event).x - edges[0]) / span, best = 0;
    figure.places.forEach(function (place, i) {
      if (Math.abs(place - at) < Math.abs(figure.places[best] - at)) best = i;
    });
    var cursor = svg.querySelector('.cursor');
    cursor.setAttribute('transform', 'translate(' + (edges[0] + figure.places[best] * span) + ' 0)');
    cursor.setAttribute('class', 'cursor on');
    show(event, figure.tips[best]);
  }
  function overGrid(svg, figure, event) {
    var grid = svg.dataset.grid.split(' ').map(Number), at = inPlot(svg, event);
    var column = Math.floor((at.x - grid[0]) / grid[2]), row = Math.floor((at.y - grid[1]) / grid[3]);
    var rows = figure.dataset.rows.split('\n'), columns = figure.dataset.cols.split('\n');
    if (column < 0 || row < 0 || column >= columns.length || row >= rows.length) return hide();
    show(event, rows[row] + ' / ' + columns[column] + ': ' + figure.dataset.values.split('\n')[row * columns.length + column]);
  }
  function over(event) {
    var target = event.target, marked = target.closest('[data-tip]'), svg = target.closest('figure svg[role=img]');
    if (marked) return show(event, marked.getAttribute('data-tip'));
    var figure = svg ? svg.closest('figure') : null;
    if (figure && svg.dataset.plot && figure.dataset.x) return overLines(svg, figure, event);
    if (figure && svg.dataset.grid) return overGrid(svg, figure, event);
    hide();
  }
  document.addEventListener('pointermove', over);
  document.addEventListener('pointerdown', over);
  document.addEventListener('scroll', hide, { passive: true });
  window.addEventListener('beforeprint', function () {
    document.querySelectorAll('details.fine, details.code').forEach(function (d) { d.open = true; });
  });
})();
