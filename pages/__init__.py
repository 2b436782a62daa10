"""The app: one file a page, run by Streamlit."""
