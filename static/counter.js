// Keeps "410 of 2,000 characters" true while somebody types. Without it the limit alone is shown.
// Characters are counted as the server counts them: by code point, a line break as one.
for (const note of document.querySelectorAll("[data-count-for]")) {
  const box = document.getElementById(note.dataset.countFor);
  const limit = Number(note.dataset.limit);
  const number = new Intl.NumberFormat("en");
  const tell = () => {
    const used = [...box.value].length;
    note.textContent = `${number.format(used)} of ${number.format(limit)} characters`;
    note.classList.toggle("is-over", used > limit);
  };
  box.addEventListener("input", tell);
  tell();
}
