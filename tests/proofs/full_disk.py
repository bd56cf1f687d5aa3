"""What full_disk.sh does on its small disk: fill it, see what is refused with which words and what goes on, make room, and see
that all goes on by itself without a restart. With a floor of 0 the disk is really full, and the store's own writes fail."""
import atexit, os, signal, smtplib, sys, time
from world import prepared

binary, disk, floor = sys.argv[1], sys.argv[2], sys.argv[3]
program, upstream, load = prepared(binary, disk, shows=3, PODBRIEF_DISK_KEEP_FREE_MIB=floor)
program.start()
atexit.register(program.process.kill)


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            sys.exit(f"never: {what.__doc__}\n" + "".join(program.log[-15:]))
        time.sleep(0.1)


def ready():
    """/readyz answers 200"""
    return program.ask("GET", "/readyz")[0] == 200


def mail():
    before = len(load.mails)
    try:
        load.mail()
    except smtplib.SMTPRecipientsRefused as error:
        return error.recipients[load.mailbox][0]
    except smtplib.SMTPDataError as error:
        return error.smtp_code
    return 250 if len(load.mails) > before else 0


def sign_up():
    status, _, body = program.form("/brief", {"interests": "trains", "zone": "UTC", "hour": "7"})
    return status, body.decode()


assert mail() == 250
load.sign_up()
until(ready)
ballast = os.path.join(disk, "ballast")
with open(ballast, "wb", buffering=0) as out:
    try:
        while True:
            out.write(b"\0" * 65536)
    except OSError:
        pass
for _ in range(30):
    codes = mail()
    if codes in (451, 452):
        break
assert codes in (451, 452), codes
for _ in range(200):
    status, words = sign_up()
    if status == 503:
        break
    program.form("/brief", {})
assert status == 503, status
until(lambda: not ready(), 30)
for path in ("/", "/latest", "/latest.atom", "/healthz", "/sources"):
    status, _, body = program.ask("GET", path)
    if status != 200:
        sys.exit(f"{path}: {status} {body[-400:]}\n" + "".join(program.log[-15:]))
print(f"floor {floor} MiB: full; mail {codes}, sign-up 503, pages 200")
os.remove(ballast)
until(ready)
until(lambda: mail() == 250)
until(lambda: sign_up()[0] == 303)
wrong = load.verify()
assert program.process.poll() is None, "it runs on"
program.end(signal.SIGTERM)
program.start()
wrong += load.verify()
program.end(signal.SIGTERM)
checked = program.run("check", check=False)
if wrong or checked.returncode:
    sys.exit("\n".join(wrong) + checked.stdout)
print(f"floor {floor} MiB: room again; {len(load.mails)} messages and {len(load.readers)} readers are there, nothing lost, no restart")
