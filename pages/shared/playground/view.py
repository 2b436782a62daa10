"""The playground as a whole: presets above, the shop's knobs on the left, the model at work on the right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.language import say
from ctrcore.learn.playground_presets import PRESETS, WITHIN, why_not
from pages.shared import address
from pages.shared.learn import knobs, modes
from pages.shared.level import learn, level
from pages.shared.playground import kept
from pages.shared.playground.controls import (
    Settings,
    pick_model,
    pick_more,
    pick_preset,
    pick_shop,
    pick_training,
    settings_of,
)
from pages.shared.playground.pictures import show_pictures

if TYPE_CHECKING:
    from ctrcore.learn.playground_training import Learner

TICK_S = 0.4
AT_A_TIME_S = 0.15  # of learning in a tick or a click, so that the page stays awake
PLAYING, UNTIL = "playing", "playing-until"
_STYLE = (Path(__file__).parent / "playground.css").read_text(encoding="utf-8")


def show_playground() -> None:
    """Everything below the title."""
    _show_style()
    preset = pick_preset()
    _show_words(preset)
    left, right = _sides()
    with left:
        shop = _shop(preset)
    with right:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            model = pick_model(preset)
            training = pick_training(preset)
        with st.container(horizontal=True, gap="small"):
            buttons = st.container(horizontal=True, gap="small", width="content")
            settings = settings_of(preset, shop, model, training | pick_more(preset))
        with buttons:
            _show_buttons(settings)
        panel = st.fragment(_panel, run_every=TICK_S if st.session_state.get(PLAYING) else None)
        panel(settings)
    _show_foot()


def _show_style() -> None:
    """Less margin, as knobs and pictures have to be seen together; large type without a sidebar to present."""
    st.html(f"<style>{_STYLE}</style>")
    if modes.presenting():
        modes.show_style()


def _show_words(preset: str) -> None:
    words = PRESETS[preset]
    if level() == "Expert" and not knobs.hidden():
        return
    with st.container(border=True, gap="small"):
        st.markdown(say("**What to look for.** {text}", text=say(words.look)))
        st.markdown(say("**What to try.** {text}", text=say(words.attempt)))


def _sides() -> tuple[st.delta_generator.DeltaGenerator, st.delta_generator.DeltaGenerator]:
    """The knobs beside the pictures; with hidden controls the pictures have the whole width."""
    if knobs.hidden():
        return st.container(), st.container()
    row = st.container(horizontal=True, gap="small")
    return row.container(width=210, border=True, key="playground-knobs"), row.container(key="playground-model")


def _shop(preset: str) -> dict[str, float]:
    if not knobs.hidden():
        st.markdown(f"#### {say('The shop')}")
        st.caption(say("A moved knob starts training anew."))
    return pick_shop(preset)


def _show_buttons(settings: Settings) -> None:
    """Play, steps and restart. They stand outside of what is drawn again and again, so that a click is never lost."""
    playing = bool(st.session_state.get(PLAYING))
    st.button(
        say("Pause") if playing else say("Play"),
        key="play",
        icon=":material/pause:" if playing else ":material/play_arrow:",
        type="primary",
        on_click=_play,
        args=(not playing,),
    )
    st.button(say("One batch"), key="batch-step", icon=":material/skip_next:", on_click=_one_batch, args=(settings,))
    st.button(say("One epoch"), key="epoch-step", icon=":material/fast_forward:", on_click=_one_epoch, args=(settings,))
    st.button(
        say("Restart training"),
        key="reset",
        icon=":material/restart_alt:",
        on_click=_restart,
        help=say("The model forgets what it has learnt. All knobs stay."),
    )


def _panel(settings: Settings) -> None:
    """What changes while the model learns."""
    with st.spinner(say("Opening the shop …"), show_time=False):
        learner = kept.learner_of(settings)
    if st.session_state.get(PLAYING):
        _learn(learner)
        if not st.session_state[PLAYING]:
            st.rerun()  # the whole page, which stops the clock
    _show_numbers(learner)
    _show_state(learner, settings)
    show_pictures(learner, kept.before(settings))


def _learn(learner: Learner) -> None:
    """Learn for a moment; stop where playing was to end."""
    until = st.session_state.get(UNTIL)
    learner.run(learner.batches if until is None else until - learner.step, AT_A_TIME_S)
    if learner.finished or learner.step == until:
        _play(False)


def _show_numbers(learner: Learner) -> None:
    now = learner.curve[-1]
    with st.container(horizontal=True, gap="medium"):
        st.metric(say("Epoch"), f"{now.epoch:.1f}", width="content")
        st.metric(say("AUC"), f"{now.valid_auc:.3f}", width="content", help=say("On validation rows."))
        st.metric(
            say("Best reachable AUC"),
            f"{learner.ground.best_auc:.3f} ± {learner.ground.best_chance:.3f}",
            width="content",
            help=say(
                "That of the true logit on the same {rows:,} rows. No model can expect more; by chance one may lie a "
                "little above. After ±: the chance in the AUC of so many rows, as its 95 % interval (DeLong).",
                rows=len(learner.ground.label),
            ),
        )
        st.metric(say("Loss"), f"{now.valid_loss:.3f}", width="content", help=say("Log-loss on validation rows."))


def _show_state(learner: Learner, settings: Settings) -> None:
    ground, reached = learner.ground, learner.curve[-1].valid_auc
    reason = why_not(settings.model, settings.shop, ground.best_auc, ground.additive_auc)
    if learner.diverged:
        st.warning(say("The loss is no longer a number. Lower the learning rate and press “Restart training”."))
    elif not learner.step:
        words = say("Something was changed, so training starts anew.") if kept.anew() else say("Nothing learnt yet.")
        st.info(words, icon=":material/restart_alt:" if kept.anew() else ":material/play_arrow:")
    elif reached > ground.best_auc:
        st.success(
            say(
                "As good as it gets. That the curve is above the dashed line is chance: on {rows:,} rows an AUC is "
                "only known to about ±{chance:.3f}.",
                rows=len(ground.label),
                chance=ground.best_chance,
            ),
            icon=":material/flag:",
        )
    elif reached > ground.best_auc - WITHIN:
        st.success(say("As good as it gets: within 0.01 of the best reachable AUC."), icon=":material/flag:")
    elif reason:
        st.info(say(reason, auc=ground.additive_auc, chance=ground.additive_chance), icon=":material/block:")
    elif learner.finished:
        st.info(say("It has seen all rows {count} times and stops here.", count=round(learner.epoch)))
    else:
        st.info(
            say("{gap:.3f} below the best reachable AUC.", gap=ground.best_auc - reached), icon=":material/trending_up:"
        )


def _show_foot() -> None:
    learn(
        say(
            "The model never sees the truth: it only sees rows and whether they were clicked. That is why its mistakes "
            "can be shown here, and why they cannot with real data."
        )
    )
    with st.container(horizontal=True):
        st.page_link("data.py", label=say("Use my own data"), icon=":material/table_view:")
        if modes.presenting() or knobs.hidden():
            st.button(say("Leave this view"), key="leave", on_click=modes.leave)
        st.page_link("learn.py", label=say("Learn how the models work"), icon=":material/school:")


def _play(on: bool) -> None:
    st.session_state[PLAYING] = on
    st.session_state.pop(UNTIL, None)


def _one_batch(settings: Settings) -> None:
    _play(False)
    kept.learner_of(settings).run(1)


def _one_epoch(settings: Settings) -> None:
    """To the end of the epoch that is begun; what takes longer than a moment goes on as if played."""
    _play(False)
    learner = kept.learner_of(settings)
    end = (learner.step // learner.batches + 1) * learner.batches
    learner.run(end - learner.step, AT_A_TIME_S)
    if learner.step < end and not learner.finished:
        st.session_state[PLAYING], st.session_state[UNTIL] = True, end


def _restart() -> None:
    _play(False)
    kept.forget()
    address.flush()
