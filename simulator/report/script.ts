/** What the report does in the reader's browser: texts on hover, and zooming the time. */
export const script = `
const tip = document.getElementById('tip');
document.addEventListener('mousemove', (event) => {
  const mark = event.target.closest('[data-tip]');
  tip.style.display = mark ? 'block' : 'none';
  if (!mark) return;
  tip.textContent = mark.dataset.tip;
  const { offsetWidth: width, offsetHeight: height } = tip;
  tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8)) + 'px';
  tip.style.top = Math.max(4, event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18) + 'px';
});
const chart = document.querySelector('.chart');
const inner = document.querySelector('.inner');
let zoom = 1;
for (const button of document.querySelectorAll('button[data-zoom]')) {
  button.addEventListener('click', () => {
    const middle = (chart.scrollLeft + chart.clientWidth / 2) / zoom;
    zoom = Math.max(1, Math.min(64, button.dataset.zoom === '0' ? 1 : zoom * Number(button.dataset.zoom)));
    inner.style.setProperty('--zoom', zoom);
    chart.scrollLeft = middle * zoom - chart.clientWidth / 2;
  });
}
`;
