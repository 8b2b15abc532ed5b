// Asks the device for a passkey, puts its answer into the form and sends it. Without a script, or where the browser
// knows no passkeys, the buttons are not shown, and there is another way on each page.
if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  for (const button of document.querySelectorAll("[data-passkey]")) {
    const { form } = button;
    const said = button.nextElementSibling;
    const part = button.closest("[data-needs-script]");
    if (part) part.hidden = false;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const question = JSON.parse(button.dataset.question);
      said.textContent = "Waiting for the device.";
      try {
        const made = button.dataset.passkey === "make";
        const credential = made
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question) });
        form.elements[button.dataset.field].value = JSON.stringify(credential.toJSON());
        form.submit();
      } catch {
        said.textContent = "The device gave no passkey. Try again, or go another way.";
      }
    });
  }
}
