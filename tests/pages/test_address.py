"""What a page's choices write to the address."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def visit() -> None:
    import streamlit as st

    from pages.shared import address

    address.restore("compare")
    st.session_state["shown"] = st.session_state.get("now")
    if st.session_state.get("leaving"):
        st.session_state["address-script"] = "another page"
    address.write("view", "Curves")
    address.take("shown", "level")
    address.flush()


def test_a_choice_is_written() -> None:
    app = AppTest.from_function(visit)
    app.session_state["now"] = "Expert"
    app.run()
    assert not app.exception
    assert app.query_params["level"] == "Expert"
    assert app.query_params["view"] == "Curves"


def test_nothing_can_be_a_choice() -> None:
    app = AppTest.from_function(visit).run()
    assert not app.exception
    assert app.query_params["level"] == "None"


def test_a_widget_that_is_gone_with_its_page_chose_nothing() -> None:
    app = AppTest.from_function(visit)
    app.session_state["leaving"] = True
    app.run()
    assert not app.exception
    assert app.session_state["address-chosen"] == {"view": "Curves"}


def test_a_page_that_is_left_writes_nothing_to_the_next_one() -> None:
    app = AppTest.from_function(visit)
    app.session_state["now"], app.session_state["leaving"] = "Expert", True
    app.run()
    assert not app.exception
    assert not app.query_params
    assert app.session_state["address-chosen"] == {"view": "Curves", "level": "Expert"}
